namespace Orchestrator.Plans;

/// <summary>A pattern that marks paths as sensitive.</summary>
/// <param name="Pattern">A regular expression that may match anywhere in a written path, ignoring case.</param>
/// <param name="Weight">Points for each written path whose first matching pattern is this one.</param>
/// <param name="WordBoundaries">True if letters or digits must not be adjacent to the match, so that <c>prod</c> does not match
/// <c>product</c>.</param>
public sealed record SensitivePattern(string Pattern, int Weight, bool WordBoundaries = false);

/// <summary>Options of the risk score.</summary>
public sealed record RiskScoreOptions
{
    /// <summary>Patterns, in the order in which they are tried. Each path counts only for the first pattern that matches it.</summary>
    /// <value>Default: <see cref="DefaultPatterns"/>.</value>
    public IReadOnlyList<SensitivePattern> SensitivePatterns { get; init; } = DefaultPatterns;

    /// <summary>Highest score that needs no approval.</summary>
    /// <value>Default: 25.</value>
    public int AutoApproveThreshold { get; init; } = 25;

    /// <summary>
    /// Highest score at which a review is only recommended. Has no effect if it is lower than <see cref="AutoApproveThreshold"/>.
    /// </summary>
    /// <value>Default: 50.</value>
    public int ReviewThreshold { get; init; } = 50;

    /// <summary>True if all patterns match only at word boundaries, regardless of each pattern's own option.</summary>
    public bool WordBoundaries { get; init; }

    /// <summary>Patterns that apply if a user configures none.</summary>
    public static IReadOnlyList<SensitivePattern> DefaultPatterns { get; } =
    [
        new("auth|security|crypto", 20),
        new("payment|billing|stripe", 25),
        new("prod|production|deploy", 30),
        new("admin|sudo|root", 15),
        new(@"\.env|secret|key|token", 25),
        new("migration|schema|database", 15),
    ];
}
