using System.Globalization;

namespace Temporal.Server.Storage;

/// <summary>
/// Checks the whole database file. Its pages must be intact, and every row must belong to an existing run or schedule. Only transfer tasks
/// may outlive their run.
/// </summary>
internal static class DatabaseIntegrityChecker
{
    private const int MostPerCheck = 100;

    private static readonly (string Field, string Sql, string Expected)[] Checks =
    [
        (
            "history",
            $"SELECT 'events of run key ' || (key >> {RunKeyShift}) FROM history WHERE key >> {RunKeyShift} NOT IN (SELECT key "
                + $"FROM runs) GROUP BY key >> {RunKeyShift}",
            "a run"
        ),
        (
            "extras",
            "SELECT 'rows of run key ' || run_key FROM extras WHERE run_key NOT IN (SELECT key FROM runs) GROUP BY run_key",
            "a run"
        ),
        (
            "current_runs",
            "SELECT workflow_id || ' with run key ' || run_key FROM current_runs c WHERE NOT EXISTS (SELECT 1 FROM runs r WHERE "
                + "r.key = c.run_key AND r.namespace = c.namespace AND r.workflow_id = c.workflow_id)",
            "a run"
        ),
        (
            "visibility",
            "SELECT workflow_id || ' run ' || run_id FROM visibility v WHERE NOT EXISTS (SELECT 1 FROM runs r WHERE r.namespace = "
                + "v.namespace AND r.workflow_id = v.workflow_id AND r.run_id = v.run_id) "
                + $"AND NOT EXISTS (SELECT 1 FROM schedules s WHERE v.division = '{ScheduleSqlTable.Division}' AND s.namespace = "
                + $"v.namespace AND '{ScheduleSqlTable.IdPrefix}' || s.id = v.workflow_id)",
            "a run or a schedule"
        ),
        (
            "visibility_values",
            "SELECT 'values of row ' || run FROM visibility_values WHERE run NOT IN (SELECT key FROM visibility) GROUP BY run",
            "a row in visibility"
        ),
        (
            "runs",
            "SELECT workflow_id || ' has ' || count(*) || ' open runs' FROM runs WHERE open <> 0 GROUP BY namespace, workflow_id "
                + "HAVING count(*) > 1",
            "one open run"
        ),
        (
            "current_runs",
            "SELECT workflow_id || ' run ' || run_id || ' is open but not current' FROM runs r WHERE open <> 0 AND NOT EXISTS "
                + "(SELECT 1 FROM current_runs c WHERE c.namespace = r.namespace AND c.workflow_id = r.workflow_id AND c.run_key = "
                + "r.key)",
            "current"
        ),
    ];

    private static string RunKeyShift => EventHistorySqlTable.KeyShift.ToString(CultureInfo.InvariantCulture);

    /// <summary>Lists the violations, each with the stored and the expected value.</summary>
    public static IEnumerable<(string Field, string Stored, string Expected)> All(SqliteConnection db)
    {
        foreach (
            var text in Texts(db, $"PRAGMA integrity_check({MostPerCheck.ToString(CultureInfo.InvariantCulture)})")
                .Where(text => text != "ok")
        )
        {
            yield return ("integrity_check", text, "ok");
        }

        foreach (var (field, sql, expected) in Checks)
        {
            foreach (var text in Texts(db, $"{sql} LIMIT {MostPerCheck.ToString(CultureInfo.InvariantCulture)}"))
            {
                yield return (field, text, expected);
            }
        }
    }

    private static List<string> Texts(SqliteConnection db, string sql)
    {
        var texts = new List<string>();
        using var rows = db.PrepareOnce(sql);
        while (rows.Step())
        {
            texts.Add(rows.Text(0));
        }

        return texts;
    }
}
