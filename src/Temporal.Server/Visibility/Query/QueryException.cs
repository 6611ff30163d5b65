namespace Temporal.Server.Visibility.Query;

/// <summary>A query that can't be understood or is not allowed; the message is what the client gets.</summary>
internal sealed class QueryException(string message) : Exception(message)
{
    /// <summary>The query has no sense as it stands.</summary>
    public static QueryException Invalid(string what) => new($"invalid query: invalid expression: {what}");

    /// <summary>The query names an attribute that the namespace has not.</summary>
    public static QueryException UnknownAttribute(string name) => new($"invalid query: invalid search attribute: {name}");

    /// <summary>The query is well-formed SQL but asks for something that is not offered.</summary>
    public static QueryException NotSupported(string what) => new($"invalid query: operation is not supported: {what}");

    /// <summary>The text is no SQL condition.</summary>
    /// <param name="position">Position in the whole statement as the server reads it, from 1.</param>
    /// <param name="near">Text of the offending token; null when it has none.</param>
    public static QueryException Syntax(int position, string? near) =>
        new($"invalid query: malformed SQL query: syntax error at position {position}{(near is null ? "" : $" near '{near}'")}");
}
