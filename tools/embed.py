#!/usr/bin/env python3
"""Write an assembly file that holds every file below the given folders.

Usage: embed.py ROOT OUT.S FOLDER...
The table at symbol souk_assets is read by src/base/embedded.cc: entries of
(name pointer, name length, data pointer, data length), ended by a null name.
"""
import pathlib
import sys


def main(root, out, folders):
    root = pathlib.Path(root)
    files = sorted(f for d in folders for f in (root / d).rglob("*") if f.is_file() and not f.name.startswith("."))
    data, table = [], []
    for i, file in enumerate(files):
        name = file.relative_to(root).as_posix()
        data.append(f'n{i}: .ascii "{name}"\n.balign 16\nd{i}: .incbin "{file}"\ne{i}: .byte 0')
        table.append(f".quad n{i}, {len(name.encode())}, d{i}, e{i} - d{i}")
    text = [".section .rodata", *data, ".section .data.rel.ro,\"aw\"", ".balign 16", ".globl souk_assets",
            "souk_assets:", *table, ".quad 0, 0, 0, 0", '.section .note.GNU-stack,"",@progbits', ""]
    pathlib.Path(out).write_text("\n".join(text))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
