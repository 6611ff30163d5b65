namespace Temporal.Server.Visibility.Query;

/// <summary>The kinds of tokens in a query.</summary>
internal enum VisibilityQueryTokenKind
{
    End,
    Invalid,
    Identifier,
    Keyword,
    String,
    Integer,
    Float,
    Symbol,
}

/// <summary>A token of a query.</summary>
/// <param name="Kind">Kind of the token.</param>
/// <param name="Text">Identifier, keyword in lower case, content of a string, digits, or the symbol itself.</param>
/// <param name="Position">Position of the lexer after the token, as error messages count it.</param>
internal readonly record struct Token(VisibilityQueryTokenKind Kind, string Text, int Position)
{
    /// <summary>The token's text as shown in error messages, or null for symbols and the end of the query.</summary>
    public string? Near =>
        Kind is VisibilityQueryTokenKind.End or VisibilityQueryTokenKind.Symbol
        || (Kind == VisibilityQueryTokenKind.Invalid && Text.Length == 0)
            ? null
            : Text;

    public bool IsKeyword(string word) => Kind == VisibilityQueryTokenKind.Keyword && Text == word;

    public bool IsSymbol(string symbol) => Kind == VisibilityQueryTokenKind.Symbol && Text == symbol;
}
