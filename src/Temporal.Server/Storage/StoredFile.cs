namespace Temporal.Server.Storage;

/// <summary>An engine file without a server, also while one works on it: it is only read.</summary>
internal static class StoredFile
{
    /// <summary>Reads a file as of one moment.</summary>
    /// <exception cref="InvalidOperationException">There is no such file, it is not an engine database, it is damaged, or another release
    /// wrote it.</exception>
    /// <exception cref="SqliteException">What is read is damaged.</exception>
    public static T Read<T>(string path, Func<SqliteConnection, T> read)
    {
        using var db = Schema.OpenCurrent(path, EngineTables.Parts);
        db.Execute("BEGIN");
        var result = read(db);
        db.Execute("COMMIT");
        return result;
    }

    /// <summary>Copies a file as of one moment into another, which must not be there, and checks the copy.</summary>
    /// <exception cref="InvalidOperationException">As for <see cref="Read"/>, or the copy is damaged.</exception>
    /// <exception cref="SqliteException">The copy can't be written.</exception>
    public static void Copy(string path, string target)
    {
        using var from = Schema.OpenCurrent(path, EngineTables.Parts);
        using var to = new SqliteConnection(target, create: true);
        to.ExecuteScript("PRAGMA synchronous=FULL;");
        from.CopyTo(to);

        // One file without a log beside it, for moving around; the server that opens it goes back to a log.
        to.ExecuteScript("PRAGMA journal_mode=DELETE;");
        using var check = to.Prepare("PRAGMA integrity_check(1)");
        if (!check.Step() || check.Text(0) != "ok")
        {
            throw new InvalidOperationException(
                $"the copy is damaged: {check.Text(0)}. The file it was made from probably is too: check it with 'server verify'"
            );
        }
    }
}
