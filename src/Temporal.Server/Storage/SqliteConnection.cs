using SQLitePCL;

namespace Temporal.Server.Storage;

/// <summary>One connection with its prepared statements. Used by one thread at a time.</summary>
internal sealed class SqliteConnection : IDisposable
{
    private readonly sqlite3 _handle;
    private readonly Dictionary<string, SqliteStatement> _statements = [];

    static SqliteConnection() => Batteries_V2.Init();

    /// <summary>Opens a file, or a database in memory for the path <c>:memory:</c>.</summary>
    public SqliteConnection(string path, bool create)
        : this(path, raw.SQLITE_OPEN_READWRITE | (create ? raw.SQLITE_OPEN_CREATE : 0)) { }

    private SqliteConnection(string path, int flags)
    {
        var code = raw.sqlite3_open_v2(path, out _handle, flags | raw.SQLITE_OPEN_NOMUTEX, null);
        if (code != raw.SQLITE_OK)
        {
            _handle.Dispose();
            throw new SqliteException(code, $"{path} can't be opened as an engine database: {raw.sqlite3_errstr(code).utf8_to_string()}");
        }

        _ = raw.sqlite3_extended_result_codes(_handle, 1);
    }

    /// <summary>
    /// Opens a file that is there for reading alone: also what is in its write-ahead log is seen, and neither is changed, not even by
    /// closing it.
    /// </summary>
    public static SqliteConnection OpenReadOnly(string path) => new(path, raw.SQLITE_OPEN_READONLY);

    /// <summary>Copies everything that is committed here, as of one moment, into another database, over what that one held.</summary>
    public void CopyTo(SqliteConnection target)
    {
        var backup = raw.sqlite3_backup_init(target._handle, "main", _handle, "main");
        if (backup is null || backup.IsInvalid)
        {
            throw new SqliteException(
                raw.sqlite3_errcode(target._handle),
                "the copy can't begin: " + raw.sqlite3_errmsg(target._handle).utf8_to_string()
            );
        }

        // All pages in one step: a copy in several begins anew whenever the server writes.
        var code = raw.sqlite3_backup_step(backup, -1);
        var finished = raw.sqlite3_backup_finish(backup);
        target.Check(code == raw.SQLITE_DONE ? finished : code, "copy of all pages");
    }

    /// <summary>Rows changed by the last statement.</summary>
    public int Changes => raw.sqlite3_changes(_handle);

    /// <summary>The key of the row inserted last.</summary>
    public long LastInsertedKey => raw.sqlite3_last_insert_rowid(_handle);

    /// <summary>True outside of a transaction.</summary>
    public bool IsAutoCommit => raw.sqlite3_get_autocommit(_handle) != 0;

    /// <summary>
    /// The prepared form of a constant text, with parameters bound from 1 in order; kept for next time. Dispose it when its rows are read.
    /// </summary>
    public SqliteStatement Prepare(string sql)
    {
        if (_statements.TryGetValue(sql, out var statement) && !statement.InUse)
        {
            statement.Begin();
            return statement;
        }

        Check(raw.sqlite3_prepare_v2(_handle, sql, out var prepared), sql);
        var made = new SqliteStatement(this, prepared, sql, kept: statement is null);
        if (statement is null)
        {
            _statements.Add(sql, made);
        }

        made.Begin();
        return made;
    }

    /// <summary>The prepared form of a text that is made for one call, such as a client's query; not kept.</summary>
    public SqliteStatement PrepareOnce(string sql)
    {
        Check(raw.sqlite3_prepare_v2(_handle, sql, out var prepared), sql);
        var made = new SqliteStatement(this, prepared, sql, kept: false);
        made.Begin();
        return made;
    }

    /// <summary>Runs a statement that has no rows to read.</summary>
    public void Execute(string sql)
    {
        using var statement = Prepare(sql);
        while (statement.Step()) { }
    }

    /// <summary>Runs several statements separated by semicolons.</summary>
    public void ExecuteScript(string sql) => Check(raw.sqlite3_exec(_handle, sql), sql);

    /// <summary>Ends the statement that runs on another thread; safe to call from any.</summary>
    public void Interrupt() => raw.sqlite3_interrupt(_handle);

    public void Check(int code, string sql)
    {
        if (code is not (raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE))
        {
            throw new SqliteException(code, $"{raw.sqlite3_errmsg(_handle).utf8_to_string()} (SQLite code {code}) in: {sql}");
        }
    }

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
        {
            statement.Finish();
        }

        _handle.Dispose();
    }
}
