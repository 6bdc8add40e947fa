#include "serve/lake_browser.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/files.h"

namespace souk::serve {
namespace {

class LakeBrowserTest : public testing::Test {
 protected:
  LakeBrowserTest() {
    store_ = *lake::OpenFileStore(dir_.path() + "/lake");
    Put("shop/raw/users/a.csv", "id,name\n1,Ada\n2,\"Bo, B\"\n3,x\n");
    Put("shop/raw/orders/2026/a.jsonl", "{\"id\": 1, \"sum\": 1.10}\n{\"id\": 2, \"sum\": 3}\n");
    Put("shop/raw/orders/_commits/00001.json", "{\"add\": 1}\n");
    Put("shop/note.txt", "Grüße");
    Put("shop/odd[1]*.csv", "a\n7\n");
    Put("shop/odd1x.csv", "b\n8\n");
    Put("shop/bytes.bin", std::string("\0\1\2", 3));
  }
  void Put(const std::string& path, std::string_view text) { ASSERT_TRUE(store_->Write(path, text)); }
  Result<std::shared_ptr<sql::Database>> Database() {
    if (!database_) database_ = *sql::Database::Open({});
    return database_;
  }

  TempDir dir_;
  std::shared_ptr<lake::FileStore> store_;
  std::shared_ptr<sql::Database> database_;
  LakeBrowser Browser() {
    return LakeBrowser(store_, [this] { return Database(); });
  }
};

TEST_F(LakeBrowserTest, FoldersWithAllThatIsBelowThem) {
  auto shop = Browser().List("shop");
  ASSERT_TRUE(shop) << shop.error().message;
  ASSERT_EQ(shop->folders.size(), 1u);
  EXPECT_EQ(shop->folders[0].name, "raw");
  EXPECT_EQ(shop->folders[0].files, 3u);
  EXPECT_EQ(shop->files.size(), 4u);
  EXPECT_EQ(shop->all_files, 7u);
  EXPECT_EQ(Browser().List("")->folders[0].name, "shop");
  auto gone = Browser().List("shop/gone");
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, Code::kNotFound);
}

TEST_F(LakeBrowserTest, NothingOutsideTheRoot) {
  ASSERT_TRUE(WriteFileAtomic(dir_.path() + "/secret.csv", "a\n1\n"));
  std::filesystem::create_symlink(dir_.path() + "/secret.csv", dir_.path() + "/lake/shop/link.csv");
  std::filesystem::create_directory_symlink(dir_.path(), dir_.path() + "/lake/shop/up");
  std::filesystem::create_symlink(dir_.path() + "/lake/shop/note.txt", dir_.path() + "/lake/shop/inside.txt");
  for (const char* path : {"../secret.csv", "shop/../../secret.csv", "/etc/passwd", "shop/link.csv",
                           "shop/up/secret.csv", "./shop/note.txt", "shop//note.txt"}) {
    EXPECT_FALSE(Browser().Preview(path, 10)) << path;
    EXPECT_FALSE(Browser().Size(path)) << path;
    EXPECT_FALSE(Browser().Read(path, 0, 10)) << path;
  }
  EXPECT_EQ(Browser().Size("shop/link.csv").error().code, Code::kDenied);
  EXPECT_FALSE(Browser().List("shop/up"));
  TempDir other;
  ASSERT_TRUE(WriteFileAtomic(other.path() + "/x.csv", "a\n"));
  std::filesystem::create_directory_symlink(other.path(), dir_.path() + "/lake/shop/raw/away");
  auto raw = Browser().List("shop/raw");
  for (const auto& folder : raw->folders) EXPECT_NE(folder.name, "away");
  EXPECT_TRUE(Browser().Preview("shop/inside.txt", 10))
      << Browser().Preview("shop/inside.txt", 10).error().message;
}

TEST_F(LakeBrowserTest, FirstRowsOfTables) {
  auto csv = Browser().Preview("shop/raw/users/a.csv", 2);
  ASSERT_TRUE(csv) << csv.error().message;
  EXPECT_EQ(csv->kind, LakePreview::Kind::kRows);
  EXPECT_EQ(csv->rows.columns[1].name, "name");
  ASSERT_EQ(csv->rows.rows.size(), 2u);
  EXPECT_EQ(sql::CellText(csv->rows.rows[1][1]), "Bo, B");
  EXPECT_TRUE(csv->more);
  auto json = Browser().Preview("shop/raw/orders/2026/a.jsonl", 10);
  ASSERT_TRUE(json);
  EXPECT_EQ(json->kind, LakePreview::Kind::kRows);
  EXPECT_EQ(json->rows.columns[1].name, "sum");
  EXPECT_EQ(json->rows.rows.size(), 2u);
  EXPECT_FALSE(json->more);
  auto connection = (*Database())->Connect();
  ASSERT_TRUE(connection->Execute("COPY (SELECT 1 AS one, 'x' AS two) TO '" + dir_.path() +
                                  "/lake/shop/t.parquet' (FORMAT parquet)"));
  auto parquet = Browser().Preview("shop/t.parquet", 10);
  ASSERT_TRUE(parquet);
  EXPECT_EQ(parquet->format, "Parquet");
  EXPECT_EQ(parquet->rows.columns[0].type, "INTEGER");
}

TEST_F(LakeBrowserTest, ANameIsNoPattern) {
  auto odd = Browser().Preview("shop/odd[1]*.csv", 10);
  ASSERT_TRUE(odd) << odd.error().message;
  ASSERT_EQ(odd->rows.columns.size(), 1u);
  EXPECT_EQ(odd->rows.columns[0].name, "a");
  EXPECT_EQ(odd->rows.rows.size(), 1u) << "the file odd1x.csv is another one";
}

TEST_F(LakeBrowserTest, TextAndOtherBytes) {
  auto text = Browser().Preview("shop/note.txt", 10);
  EXPECT_EQ(text->kind, LakePreview::Kind::kText);
  EXPECT_EQ(text->text, "Grüße");
  EXPECT_EQ(Browser().Preview("shop/bytes.bin", 10)->kind, LakePreview::Kind::kBinary);
  Put("shop/broken.parquet", "this is none");
  EXPECT_EQ(Browser().Preview("shop/broken.parquet", 10)->kind, LakePreview::Kind::kText);
  // A long text ends with a whole character.
  std::string umlauts;
  for (int i = 0; i < 40'000; ++i) umlauts += "ü";
  Put("shop/long.txt", "a" + umlauts);
  auto cut = Browser().Preview("shop/long.txt", 10);
  EXPECT_EQ(cut->kind, LakePreview::Kind::kText);
  EXPECT_TRUE(cut->more);
  EXPECT_EQ(cut->text.size(), 63'999u);
  EXPECT_EQ(*Browser().Read("shop/note.txt", 2, 2), "\xC3\xBC");
}

}  // namespace
}  // namespace souk::serve
