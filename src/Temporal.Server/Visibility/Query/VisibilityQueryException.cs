namespace Temporal.Server.Visibility.Query;

/// <summary>Error for an invalid or unsupported query, with a message for the client.</summary>
internal sealed class VisibilityQueryException(string message) : Exception(message)
{
    /// <summary>Creates the error for a query with an invalid expression.</summary>
    public static VisibilityQueryException Invalid(string what) => new($"invalid query: invalid expression: {what}");

    /// <summary>Creates the error for an attribute that the namespace does not have.</summary>
    public static VisibilityQueryException UnknownAttribute(string name) => new($"invalid query: invalid search attribute: {name}");

    /// <summary>Creates the error for valid SQL that requires an unsupported operation.</summary>
    public static VisibilityQueryException NotSupported(string what) => new($"invalid query: operation is not supported: {what}");

    /// <summary>Creates the error for a text that is not a valid SQL condition.</summary>
    /// <param name="position">Position in the complete statement as the server parses it, from 1.</param>
    /// <param name="near">Text of the offending token, or null if it has none.</param>
    public static VisibilityQueryException Syntax(int position, string? near) =>
        new($"invalid query: malformed SQL query: syntax error at position {position}{(near is null ? "" : $" near '{near}'")}");
}
