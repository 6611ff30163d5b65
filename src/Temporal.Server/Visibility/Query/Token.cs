namespace Temporal.Server.Visibility.Query;

/// <summary>The kinds of words in a query.</summary>
internal enum TokenKind
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

/// <summary>One word of a query.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Identifier, keyword in lower case, content of a string, digits, or the symbol itself.</param>
/// <param name="Position">Where the reader stood after it, as error messages count.</param>
internal readonly record struct Token(TokenKind Kind, string Text, int Position)
{
    /// <summary>The text of it in an error message: symbols and the end have none there.</summary>
    public string? Near => Kind is TokenKind.End or TokenKind.Symbol || (Kind == TokenKind.Invalid && Text.Length == 0) ? null : Text;

    public bool IsKeyword(string word) => Kind == TokenKind.Keyword && Text == word;

    public bool IsSymbol(string symbol) => Kind == TokenKind.Symbol && Text == symbol;
}
