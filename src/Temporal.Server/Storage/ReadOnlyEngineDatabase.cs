namespace Temporal.Server.Storage;

/// <summary>
/// Reads a database file of the embedded Temporal server without starting a server, even while another process uses the file. The file is
/// never changed.
/// </summary>
internal static class ReadOnlyEngineDatabase
{
    /// <summary>Reads a consistent snapshot of a file.</summary>
    /// <exception cref="InvalidOperationException">The file does not exist, is not an engine database, is damaged, or was written by
    /// another release.</exception>
    /// <exception cref="SqliteException">The data that was read is damaged.</exception>
    public static T Read<T>(string path, Func<SqliteConnection, T> read)
    {
        using var db = DatabaseSchema.OpenCurrent(path, ServerComponentSqlSchemaList.Parts);
        db.Execute("BEGIN");
        var result = read(db);
        db.Execute("COMMIT");
        return result;
    }

    /// <summary>Copies a snapshot of a file to a new file, which must not exist, and checks the copy.</summary>
    /// <exception cref="InvalidOperationException">As for <see cref="Read"/>, or the copy is damaged.</exception>
    /// <exception cref="SqliteException">The copy can't be written.</exception>
    public static void Copy(string path, string target)
    {
        using var from = DatabaseSchema.OpenCurrent(path, ServerComponentSqlSchemaList.Parts);
        using var to = new SqliteConnection(target, create: true);
        to.ExecuteScript("PRAGMA synchronous=FULL;");
        from.CopyTo(to);

        // Makes the copy a single file without a log, so that it can be moved. A server that opens it switches back to a log.
        to.ExecuteScript("PRAGMA journal_mode=DELETE;");
        using var check = to.Prepare("PRAGMA integrity_check(1)");
        if (!check.Step() || check.Text(0) != "ok")
        {
            throw new InvalidOperationException(
                $"the copy is damaged: {check.Text(0)}. Its source is probably damaged too; check the source with 'server verify'"
            );
        }
    }
}
