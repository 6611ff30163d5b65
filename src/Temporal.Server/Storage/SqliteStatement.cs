using SQLitePCL;

namespace Temporal.Server.Storage;

/// <summary>
/// A prepared statement. Bind its parameters in order, step through the rows, and dispose the statement to return it to the cache.
/// </summary>
internal sealed class SqliteStatement(SqliteConnection connection, sqlite3_stmt statement, string sql, bool kept) : IDisposable
{
    private int _next;

    public bool InUse { get; private set; }

    public SqliteStatement Bind(long value) => Bound(raw.sqlite3_bind_int64(statement, ++_next, value));

    public SqliteStatement Bind(double value) => Bound(raw.sqlite3_bind_double(statement, ++_next, value));

    public SqliteStatement Bind(string? value) =>
        Bound(value is null ? raw.sqlite3_bind_null(statement, ++_next) : raw.sqlite3_bind_text(statement, ++_next, value));

    public SqliteStatement Bind(long? value) => value is { } v ? Bind(v) : Bound(raw.sqlite3_bind_null(statement, ++_next));

    public SqliteStatement Bind(ReadOnlySpan<byte> value) => Bound(raw.sqlite3_bind_blob(statement, ++_next, value));

    /// <summary>Advances to the next row. Returns false at the end.</summary>
    public bool Step()
    {
        var code = raw.sqlite3_step(statement);
        connection.Check(code, sql);
        return code == raw.SQLITE_ROW;
    }

    /// <summary>Executes the statement to its end.</summary>
    public void Run()
    {
        while (Step()) { }
    }

    public bool IsNull(int column) => raw.sqlite3_column_type(statement, column) == raw.SQLITE_NULL;

    public long Integer(int column) => raw.sqlite3_column_int64(statement, column);

    public double Real(int column) => raw.sqlite3_column_double(statement, column);

    public string Text(int column) => raw.sqlite3_column_text(statement, column).utf8_to_string() ?? "";

    /// <summary>Returns the bytes of a blob, which are valid until the next step.</summary>
    public ReadOnlySpan<byte> Blob(int column) => raw.sqlite3_column_blob(statement, column);

    public void Dispose()
    {
        if (!kept)
        {
            Finish();
            return;
        }

        _ = raw.sqlite3_reset(statement);
        _ = raw.sqlite3_clear_bindings(statement);
        InUse = false;
    }

    internal void Begin()
    {
        _next = 0;
        InUse = true;
    }

    internal void Finish() => statement.Dispose();

    private SqliteStatement Bound(int code)
    {
        connection.Check(code, sql);
        return this;
    }
}
