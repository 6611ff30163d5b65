namespace Temporal.Server.Storage;

/// <summary>SQLite refused something; <see cref="Code"/> is its extended result code.</summary>
internal sealed class SqliteException(int code, string message) : Exception(message)
{
    public int Code { get; } = code;
}
