using SQLitePCL;

namespace Temporal.Server.Storage;

/// <summary>A SQLite connection with its prepared statements. Not for concurrent use.</summary>
internal sealed class SqliteConnection : IDisposable
{
    private readonly sqlite3 _handle;
    private readonly Dictionary<string, SqliteStatement> _statements = [];

    static SqliteConnection() => Batteries_V2.Init();

    /// <summary>Opens a file, or an in-memory database for the path <c>:memory:</c>.</summary>
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
    /// Opens an existing file read-only. Reads include the content of its write-ahead log. Neither file is changed, not even by closing
    /// the connection.
    /// </summary>
    public static SqliteConnection OpenReadOnly(string path) => new(path, raw.SQLITE_OPEN_READONLY);

    /// <summary>Overwrites another database with a snapshot of all committed content of this database.</summary>
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

        // All pages in one step, because an incremental copy starts over whenever the server writes.
        var code = raw.sqlite3_backup_step(backup, -1);
        var finished = raw.sqlite3_backup_finish(backup);
        target.Check(code == raw.SQLITE_DONE ? finished : code, "copy of all pages");
    }

    /// <summary>Number of rows that the last statement changed.</summary>
    public int Changes => raw.sqlite3_changes(_handle);

    /// <summary>Key of the last inserted row.</summary>
    public long LastInsertedKey => raw.sqlite3_last_insert_rowid(_handle);

    /// <summary>True if no transaction is open.</summary>
    public bool IsAutoCommit => raw.sqlite3_get_autocommit(_handle) != 0;

    /// <summary>
    /// Prepares a statement with constant text and caches it. Parameters are bound in order, starting at 1. Dispose the statement after
    /// reading its rows.
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

    /// <summary>Prepares a statement for a single call, such as a client's query, without caching it.</summary>
    public SqliteStatement PrepareOnce(string sql)
    {
        Check(raw.sqlite3_prepare_v2(_handle, sql, out var prepared), sql);
        var made = new SqliteStatement(this, prepared, sql, kept: false);
        made.Begin();
        return made;
    }

    /// <summary>Executes a statement without reading rows.</summary>
    public void Execute(string sql)
    {
        using var statement = Prepare(sql);
        while (statement.Step()) { }
    }

    /// <summary>Executes several statements separated by semicolons.</summary>
    public void ExecuteScript(string sql) => Check(raw.sqlite3_exec(_handle, sql), sql);

    /// <summary>Interrupts the statement that another thread is executing on this connection. Safe to call from any thread.</summary>
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
