using Orchestrator.Gates.Secrets;

namespace Orchestrator.Gates.Tests.Secrets;

/// <summary>Detection of secrets in a line, and removal of secrets from a text.</summary>
public sealed class SecretTextTests
{
    private const string Body = "qT7vR2kLm9XcP4wZb8NsY6hJd3FgA5eUoK1i";
    private const string Begin = $"-----BEGIN {"PRIVATE"} KEY-----";
    private const string End = "-----END PRIVATE KEY-----";
    private const string Token = $"gh{"p"}_{Body}";

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(17_990)] // Across the beginning of the second piece.
    [InlineData(19_990)] // Across the end of the first.
    [InlineData(19_000)] // In both.
    [InlineData(36_000)]
    [InlineData(55_000)]
    public void Find_SecretInAVeryLongLine_IsFoundOnceAtItsPlace(int at)
    {
        var line = new string('.', at) + ' ' + Token + ' ' + new string('-', 60_000 - at);

        var found = Assert.Single(SecretScanner.Find(line));

        Assert.Equal(Token, line.Substring(found.Start, found.Length));
    }

    [Fact]
    public void Find_SecretAtTheVeryEndOfALongLine_IsFound()
    {
        foreach (var length in (int[])[19_999, 20_000, 20_001, 37_999, 38_000, 38_001])
        {
            var line = new string('.', length - Token.Length - 1) + ' ' + Token;

            Assert.Equal(length - Token.Length, Assert.Single(SecretScanner.Find(line)).Start);
        }
    }

    [Fact]
    public void Find_TwoSecrets_AreInOrderAndNoneIsSaidTwice()
    {
        var line = $"password = \"{Body}\"; a = {Token}; b = AK{"IA"}QYLPMN5HFIQR7XYZ";

        var found = SecretScanner.Find(line);

        Assert.Equal([Body, Token, $"AK{"IA"}QYLPMN5HFIQR7XYZ"], found.Select(match => line.Substring(match.Start, match.Length)));
    }

    [Fact]
    public void Find_PrivateKey_IsOnlyTheBeginningOfIt()
    {
        Assert.True(Assert.Single(SecretScanner.Find(Begin)).IsBeginning);
        Assert.True(Assert.Single(SecretScanner.Find($"PuTTY-User-Key-{"File"}-2: ssh-rsa")).IsBeginning);
        Assert.False(Assert.Single(SecretScanner.Find(Token + " ")).IsBeginning);
    }

    [Fact]
    public void FindByForm_NameWithAValue_SaysNothing()
    {
        Assert.NotEmpty(SecretScanner.Find($"password = \"{Body}\""));
        Assert.Empty(SecretScanner.FindByForm($"password = \"{Body}\""));
        Assert.NotEmpty(SecretScanner.FindByForm($"password = \"{Token}\""));
        Assert.Empty(SecretScanner.FindByForm($"{Token} {SecretScanner.Allow}"));
    }

    /// <summary>Each value is the secret of bait but for the one thing that makes it none.</summary>
    [Theory]
    [InlineData("Q7vR2kLm9XcP", true)]
    [InlineData("lower-case.with_dots/and:colons here", false)]
    [InlineData("UPPER-CASE.WITH_DOTS", false)]
    [InlineData("camelCase.Call[Index](Other)x", false)]
    [InlineData("7c9e6679-7425-40de-944b-e07fc1f90ae7", false)]
    [InlineData("sha1-qT7vR2kLm9XcP4", false)]
    [InlineData("/qT7vR2kLm9XcP4", false)]
    [InlineData("./qT7vR2kLm9XcP4", false)]
    [InlineData("http+qT7vR2kLm9XcP4", false)]
    [InlineData("$qT7vR2kLm9XcP4", false)]
    [InlineData("%qT7vR2kLm9XcP4", false)]
    [InlineData("qT7vR2kLm9XcP4()", false)]
    [InlineData("aaaaaaaaaaaaaaaa1", false)] // Nobody's secret: one letter.
    public void Find_ValueOfATellingName_IsASecretUnlessItIsAWord(string value, bool isSecret) =>
        Assert.Equal(isSecret && !value.Contains(' ', StringComparison.Ordinal), SecretScanner.Find($"token: \"{value}\"").Count > 0);

    [Theory]
    [InlineData("example")]
    [InlineData("changeme")]
    [InlineData("change-me")]
    [InlineData("change_me")]
    [InlineData("placeholder")]
    [InlineData("your-")]
    [InlineData("your_")]
    [InlineData("yourkey")]
    [InlineData("xxxx")]
    [InlineData("****")]
    [InlineData("....")]
    [InlineData("<")]
    [InlineData("${")]
    [InlineData("{{")]
    [InlineData("$(")]
    [InlineData("dummy")]
    [InlineData("redacted")]
    [InlineData("not-a-")]
    [InlineData("not_a_")]
    [InlineData("fake")]
    [InlineData("sample")]
    [InlineData("1234567890")]
    [InlineData("abcdefgh")]
    [InlineData("insert")]
    [InlineData("replace")]
    [InlineData("todo")]
    [InlineData("none")]
    [InlineData("null")]
    [InlineData("undefined")]
    [InlineData("process.env")]
    [InlineData("os.environ")]
    [InlineData("getenv")]
    [InlineData("secrets.")]
    [InlineData("localhost")]
    [InlineData("test-only")]
    [InlineData("testing")]
    public void Find_WordOfTemplates_MakesItNoSecret(string word)
    {
        Assert.NotEmpty(SecretScanner.Find($"password = \"Q7vR2kLm9XcP4wZ-b8NsY6hJd3\""));
        Assert.Empty(SecretScanner.Find($"password = \"Q7vR2kLm9XcP4wZ{word}b8NsY6hJd3\""));
    }

    [Fact]
    public void Redact_SecretsInALine_AreReplacedByTheirKinds()
    {
        var text = $"a = {Token} b\r\nAK{"IA"}QYLPMN5HFIQR7XYZ\nend";

        Assert.Equal("a = [redacted: GitHub token] b\r\n[redacted: AWS access key id]\nend", SecretScanner.Redact(text));
        Assert.Equal("nothing here", SecretScanner.Redact("nothing here"));
        Assert.Equal("", SecretScanner.Redact(""));
    }

    /// <summary>A blank line or the end mark ends a key: what follows is text again.</summary>
    [Theory]
    [InlineData($"{Begin}\n{Body}\n{End}\nx\n", $"[redacted: private key]\n[redacted]\n{End}\nx\n")]
    [InlineData($"+{Begin}\n+{Body}\n+{End}\n+x\n", $"+[redacted: private key]\n+[redacted]\n+{End}\n+x\n")]
    [InlineData($"{Begin}\n{Body}\n\nx\n", "[redacted: private key]\n[redacted]\n[redacted]\nx\n")]
    [InlineData($"{Begin}{Body}{End} x\nx\n", $"[redacted: private key]{End} x\nx\n")]
    [InlineData($"{Begin}{Body}\r\n{Body}\n{End}", $"[redacted: private key]\r\n[redacted]\n{End}")]
    public void Redact_PrivateKey_EndsWhereTheKeyEnds(string text, string expected) => Assert.Equal(expected, SecretScanner.Redact(text));

    [Theory]
    [InlineData("aaaa", 0)]
    [InlineData("abab", 1)]
    [InlineData("abcd", 2)]
    [InlineData("aabc", 1.5)]
    public void Entropy_OfAText_IsInBitsPerCharacter(string text, double bits) => Assert.Equal(bits, SecretScanner.Entropy(text), 9);
}
