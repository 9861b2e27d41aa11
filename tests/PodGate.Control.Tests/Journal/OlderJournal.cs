using Microsoft.Data.Sqlite;

namespace PodGate.Control.Tests.Journal;

/// <summary>A journal as a gate of before there were plans has written it, word for word: 9 entries about three pods. As text, so that one can read it.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
internal static class OlderJournal
{
    public const long Sequence = 9;

    private const string Head = """
        {"sha256":"eff3bf1169990bcab8eb3062ba62854e635d61a44458d6df537ecc4919ee7ab6","body":{"format":1,"sequence":9,"hash":"6efa5f51fbead455eb183d4a18d129d9b4b01040bafe55468f2f8aaf590c75ba","number":9,"gate":"3a262c152050ced6daecc58716a114be","key":"d29409e027103df0729c8cfe89f963bd","freeze":null,"unknownPodsStartDisabled":false,"pods":{"pod-b":{"name":"pod-b","address":"http://127.0.0.1:9","version":6,"intent":{"kind":"Enabled","who":"harness","why":"entry 9","since":"2026-11-28T12:17:49.3772777+00:00","deadline":null,"drain":"Hard","until":null},"latch":{"id":"latch-9","cause":20,"sentence":"It refuses connections.","since":"2026-11-28T12:17:49.3772777+00:00","evidence":["refused at once"]},"firstPassed":"2026-11-28T12:17:49.3772777+00:00","configured":true},"pod-c":{"name":"pod-c","address":"http://127.0.0.1:9","version":1,"intent":{"kind":"Enabled","who":"harness","why":"entry 8","since":"2026-11-28T12:17:49.3423396+00:00","deadline":null,"drain":"Hard","until":null},"latch":{"id":"latch-8","cause":20,"sentence":"It refuses connections.","since":"2026-11-28T12:17:49.3423396+00:00","evidence":["refused at once"]},"firstPassed":"2026-11-28T12:17:49.3423396+00:00","configured":true},"pod-d":{"name":"pod-d","address":"http://127.0.0.1:9","version":2,"intent":{"kind":"Enabled","who":"harness","why":"entry 3","since":"2026-11-28T12:17:49.2565401+00:00","deadline":null,"drain":"Hard","until":null},"latch":null,"firstPassed":"2026-11-28T12:17:49.2565401+00:00","configured":true}}}}
        """;

    private const string Sql = """
        CREATE TABLE meta (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL, checksum TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE pods (name TEXT NOT NULL PRIMARY KEY, record TEXT NOT NULL, checksum TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE transitions (sequence INTEGER PRIMARY KEY, number INTEGER NOT NULL, at INTEGER NOT NULL, pod TEXT NOT NULL, came_from TEXT NOT NULL, went_to TEXT NOT NULL, cause INTEGER NOT NULL, sentence TEXT NOT NULL, who TEXT NOT NULL, version INTEGER NOT NULL, record TEXT, fleet TEXT, previous TEXT NOT NULL, hash TEXT NOT NULL);
        INSERT INTO meta VALUES ('anchor', '0:0000000000000000000000000000000000000000000000000000000000000000', '0b9b1baea56bd85dcdb41ed3bd4c5113d87bae11a41e3ce2e7f66d1e8bef1d74');
        INSERT INTO meta VALUES ('epoch', '1', 'f471636413032eba297acf2acd6f1352d00329502991b3a1603e887f83bad5dd');
        INSERT INTO meta VALUES ('freeze', 'null', 'd6d93cbd5b6a92c16999c5900c1f9b53a2fcbc333315f1bdef774579632a352e');
        INSERT INTO meta VALUES ('gate', '3a262c152050ced6daecc58716a114be', 'ed5f3b99251e16adb7312ffdf650b9c565de649efccc8094aa83c0ed99f91f1c');
        INSERT INTO meta VALUES ('key', 'd29409e027103df0729c8cfe89f963bd', 'b2b266074f71fad37e2e3f5a4d48cc6e2b9647936234656777d4bf513f43df62');
        INSERT INTO meta VALUES ('number', '9', 'ed895afd1d3ba3c17291a3cc3ec474263f6d204ecefc091ec59a7f2c12c2e862');
        INSERT INTO meta VALUES ('schema', '1', '28c8d841e4b47432d326c2da771ad1e841020bd9e527f02502c1d16004f1496b');
        INSERT INTO meta VALUES ('state', '95420880a626402070b9ad08f801ed05724f1aa451efda8bad6c64bd378651de', '7c9e178cb8cbf8fd086c28f20a7a2160f0398baedaae3a43274e9c87474d145b');
        INSERT INTO meta VALUES ('unknown_pods', 'enabled', 'd0074c027d550687ed10fc4146b8ed6529b8aac8d999bd818f0b82ab41c07467');
        INSERT INTO pods VALUES ('pod-b', '{"name":"pod-b","address":"http://127.0.0.1:9","version":6,"intent":{"kind":"Enabled","who":"harness","why":"entry 9","since":"2026-11-28T12:17:49.3772777+00:00","deadline":null,"drain":"Hard","until":null},"latch":{"id":"latch-9","cause":20,"sentence":"It refuses connections.","since":"2026-11-28T12:17:49.3772777+00:00","evidence":["refused at once"]},"firstPassed":"2026-11-28T12:17:49.3772777+00:00","configured":true}', 'b1d9743a32832d72e4e2badaf6e72e690d111b1aa1a27a879e0d4b338fcffaae');
        INSERT INTO pods VALUES ('pod-c', '{"name":"pod-c","address":"http://127.0.0.1:9","version":1,"intent":{"kind":"Enabled","who":"harness","why":"entry 8","since":"2026-11-28T12:17:49.3423396+00:00","deadline":null,"drain":"Hard","until":null},"latch":{"id":"latch-8","cause":20,"sentence":"It refuses connections.","since":"2026-11-28T12:17:49.3423396+00:00","evidence":["refused at once"]},"firstPassed":"2026-11-28T12:17:49.3423396+00:00","configured":true}', '22490fcc6f2f408a4b1126541fcda8c002d8c4663af4f7799ecbb2c51012bf98');
        INSERT INTO pods VALUES ('pod-d', '{"name":"pod-d","address":"http://127.0.0.1:9","version":2,"intent":{"kind":"Enabled","who":"harness","why":"entry 3","since":"2026-11-28T12:17:49.2565401+00:00","deadline":null,"drain":"Hard","until":null},"latch":null,"firstPassed":"2026-11-28T12:17:49.2565401+00:00","configured":true}', '01e27dcc29d2f0ffc0adab29c6dd79aa2921ebb0836117c5e349544daf7b1d14');
        INSERT INTO transitions VALUES (1, 1, 639314650691183883, 'pod-d', 'Open', 'Latched', 20, 'entry 1', 'harness', 1, '{"name":"pod-d","address":"http://127.0.0.1:9","version":1,"intent":{"kind":"Enabled","who":"harness","why":"entry 1","since":"2026-11-28T12:17:49.1183883+00:00","deadline":null,"drain":"Hard","until":null},"latch":{"id":"latch-1","cause":20,"sentence":"It refuses connections.","since":"2026-11-28T12:17:49.1183883+00:00","evidence":["refused at once"]},"firstPassed":"2026-11-28T12:17:49.1183883+00:00","configured":true}', NULL, '0000000000000000000000000000000000000000000000000000000000000000', '53891c76e026e0c1df1e03a3bf1d5b176aea2febf7ed176df6e81a9d235a7daa');
        INSERT INTO transitions VALUES (2, 2, 639314650692200716, 'pod-b', 'Open', 'Latched', 20, 'entry 2', 'harness', 1, '{"name":"pod-b","address":"http://127.0.0.1:9","version":1,"intent":{"kind":"Enabled","who":"harness","why":"entry 2","since":"2026-11-28T12:17:49.2200716+00:00","deadline":null,"drain":"Hard","until":null},"latch":null,"firstPassed":"2026-11-28T12:17:49.2200716+00:00","configured":true}', NULL, '53891c76e026e0c1df1e03a3bf1d5b176aea2febf7ed176df6e81a9d235a7daa', '3646df14c534a82957495a50c4963bb8f554f3b33203c9b901aebf7f353f5284');
        INSERT INTO transitions VALUES (3, 3, 639314650692565401, 'pod-d', 'Open', 'Latched', 20, 'entry 3', 'harness', 2, '{"name":"pod-d","address":"http://127.0.0.1:9","version":2,"intent":{"kind":"Enabled","who":"harness","why":"entry 3","since":"2026-11-28T12:17:49.2565401+00:00","deadline":null,"drain":"Hard","until":null},"latch":null,"firstPassed":"2026-11-28T12:17:49.2565401+00:00","configured":true}', NULL, '3646df14c534a82957495a50c4963bb8f554f3b33203c9b901aebf7f353f5284', 'e4fd0d8d9653657ad7fd8157e26fbf18fccc980a20ef2f960a345d48fdfa5760');
        INSERT INTO transitions VALUES (4, 4, 639314650692824111, 'pod-b', 'Open', 'Latched', 20, 'entry 4', 'harness', 2, '{"name":"pod-b","address":"http://127.0.0.1:9","version":2,"intent":{"kind":"Enabled","who":"harness","why":"entry 4","since":"2026-11-28T12:17:49.2824111+00:00","deadline":null,"drain":"Hard","until":null},"latch":null,"firstPassed":"2026-11-28T12:17:49.2824111+00:00","configured":true}', NULL, 'e4fd0d8d9653657ad7fd8157e26fbf18fccc980a20ef2f960a345d48fdfa5760', '7771c836fdf7eefa92b7ca2a3930259d40fc8c813cd64fc53a0be01882d246e4');
        INSERT INTO transitions VALUES (5, 5, 639314650692826161, 'pod-b', 'Open', 'Latched', 20, 'entry 5', 'harness', 3, '{"name":"pod-b","address":"http://127.0.0.1:9","version":3,"intent":{"kind":"Disabled","who":"harness","why":"entry 5","since":"2026-11-28T12:17:49.2826161+00:00","deadline":null,"drain":"Hard","until":null},"latch":null,"firstPassed":"2026-11-28T12:17:49.2826161+00:00","configured":true}', NULL, '7771c836fdf7eefa92b7ca2a3930259d40fc8c813cd64fc53a0be01882d246e4', '71f7d759610bb9e17ccc82e9e9a7743bda1b4232f7420b817b17fcbd001f6098');
        INSERT INTO transitions VALUES (6, 6, 639314650693026126, 'pod-b', 'Open', 'Latched', 20, 'entry 6', 'harness', 4, '{"name":"pod-b","address":"http://127.0.0.1:9","version":4,"intent":{"kind":"Enabled","who":"harness","why":"entry 6","since":"2026-11-28T12:17:49.3026126+00:00","deadline":null,"drain":"Hard","until":null},"latch":null,"firstPassed":"2026-11-28T12:17:49.3026126+00:00","configured":true}', NULL, '71f7d759610bb9e17ccc82e9e9a7743bda1b4232f7420b817b17fcbd001f6098', '3fadf6235ff52420ba1344b0b743b8f137c4d45f7e47b049a40bb8f9ccf8a255');
        INSERT INTO transitions VALUES (7, 7, 639314650693027748, 'pod-b', 'Open', 'Latched', 20, 'entry 7', 'harness', 5, '{"name":"pod-b","address":"http://127.0.0.1:9","version":5,"intent":{"kind":"Enabled","who":"harness","why":"entry 7","since":"2026-11-28T12:17:49.3027748+00:00","deadline":null,"drain":"Hard","until":null},"latch":null,"firstPassed":"2026-11-28T12:17:49.3027748+00:00","configured":true}', NULL, '3fadf6235ff52420ba1344b0b743b8f137c4d45f7e47b049a40bb8f9ccf8a255', 'd255f0ead8dee07d047a5609bad8c1532ef59e99cf429b9c3d51f0601112bd7e');
        INSERT INTO transitions VALUES (8, 8, 639314650693423396, 'pod-c', 'Open', 'Latched', 20, 'entry 8', 'harness', 1, '{"name":"pod-c","address":"http://127.0.0.1:9","version":1,"intent":{"kind":"Enabled","who":"harness","why":"entry 8","since":"2026-11-28T12:17:49.3423396+00:00","deadline":null,"drain":"Hard","until":null},"latch":{"id":"latch-8","cause":20,"sentence":"It refuses connections.","since":"2026-11-28T12:17:49.3423396+00:00","evidence":["refused at once"]},"firstPassed":"2026-11-28T12:17:49.3423396+00:00","configured":true}', NULL, 'd255f0ead8dee07d047a5609bad8c1532ef59e99cf429b9c3d51f0601112bd7e', 'a14ebbe479cfd532a9e090bf22360f54d53158abe660bb3b1201171e1b5bb6c6');
        INSERT INTO transitions VALUES (9, 9, 639314650693772777, 'pod-b', 'Open', 'Latched', 20, 'entry 9', 'harness', 6, '{"name":"pod-b","address":"http://127.0.0.1:9","version":6,"intent":{"kind":"Enabled","who":"harness","why":"entry 9","since":"2026-11-28T12:17:49.3772777+00:00","deadline":null,"drain":"Hard","until":null},"latch":{"id":"latch-9","cause":20,"sentence":"It refuses connections.","since":"2026-11-28T12:17:49.3772777+00:00","evidence":["refused at once"]},"firstPassed":"2026-11-28T12:17:49.3772777+00:00","configured":true}', NULL, 'a14ebbe479cfd532a9e090bf22360f54d53158abe660bb3b1201171e1b5bb6c6', '6efa5f51fbead455eb183d4a18d129d9b4b01040bafe55468f2f8aaf590c75ba');
        """;

    /// <summary>Puts it into a room in place of the one that is there.</summary>
    public static async Task PlaceAsync(JournalRoom room)
    {
        File.Delete(room.Database);
        await using (var connection = new SqliteConnection($"Data Source={room.Database};Pooling=False"))
        {
            await connection.OpenAsync();
            foreach (var sql in new[] { "PRAGMA page_size=4096", "PRAGMA journal_mode=WAL", Sql, "PRAGMA wal_checkpoint(TRUNCATE)" })
            {
                await using var command = connection.CreateCommand();
                command.CommandText = sql;
                await command.ExecuteNonQueryAsync();
            }
        }

        await File.WriteAllTextAsync(room.Head, Head + "\n");
    }
}
