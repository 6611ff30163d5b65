namespace Temporal.Server.Storage;

/// <summary>An error from SQLite; <see cref="Code"/> is its extended result code.</summary>
internal sealed class SqliteException(int code, string message) : Exception(message)
{
    public int Code { get; } = code;
}
