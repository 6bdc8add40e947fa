import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;

/**
 * The figures of bench/stream_figures.yml in Flink SQL, two threads in this process: everything that a topic has, once.
 *
 * <p>OrdersFlink ADDRESS TOPIC OUT. Prints one JSON object; the seconds are the job's, without the start of Java.
 */
public class OrdersFlink {
  static final String SOURCE = """
      create table orders (transaction_id string, customer_id string, product_id string, category string, city string,
        amount double, quantity int, status string, payment_status string, event_time timestamp_ltz(3),
        watermark for event_time as event_time - interval '5' minute)
      with ('connector' = 'kafka', 'topic' = '%s', 'properties.bootstrap.servers' = '%s',
        'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset', 'format' = 'json',
        'json.timestamp-format.standard' = 'ISO-8601')""";
  static final String SINK = """
      create table figures (start_ms bigint, city string, orders bigint, revenue double, average double, failed bigint,
        cancelled bigint)
      with ('connector' = 'filesystem', 'path' = 'file://%s', 'format' = 'csv')""";
  static final String JOB = """
      insert into figures
      select 1000 * cast(timestampdiff(second, timestamp '1970-01-01 00:00:00', window_start) as bigint), city, count(*),
        sum(amount) filter (where status = 'completed'), avg(amount) filter (where status = 'completed'),
        count(*) filter (where payment_status = 'failed'), count(*) filter (where status = 'cancelled')
      from table(tumble(table orders, descriptor(event_time), interval '1' minute))
      group by window_start, window_end, city""";

  public static void main(String[] words) throws Exception {
    Configuration settings = new Configuration();
    settings.setString("parallelism.default", "2");
    settings.setString("execution.checkpointing.interval", "10 s");
    settings.setString("table.local-time-zone", "UTC");
    for (String name : new String[] {"rest.bind-address", "rest.address", "taskmanager.bind-host", "jobmanager.bind-host",
                                     "taskmanager.host", "jobmanager.rpc.address"}) {
      settings.setString(name, "127.0.0.1");
    }
    TableEnvironment flink = TableEnvironment.create(
        EnvironmentSettings.newInstance().inStreamingMode().withConfiguration(settings).build());
    flink.executeSql(SOURCE.formatted(words[1], words[0]));
    flink.executeSql(SINK.formatted(words[2]));
    long begin = System.nanoTime();
    flink.executeSql(JOB).await();
    double seconds = (System.nanoTime() - begin) / 1e9;
    double cpu = ProcessHandle.current().info().totalCpuDuration().get().toMillis() / 1e3;
    String peak = Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmHWM")).findFirst().get().replaceAll("[^0-9]", "");
    System.out.printf("{\"seconds\": %.3f, \"cpu\": %.2f, \"peak_mb\": %d}%n", seconds, cpu, Long.parseLong(peak) / 1024);
    System.exit(0);
  }
}
