namespace Orchestrator.Plans;

/// <summary>What makes a path sensitive.</summary>
/// <param name="Pattern">A regular expression that is looked for anywhere in a written path, case ignored.</param>
/// <param name="Weight">Points for each written path that it is the first to match.</param>
/// <param name="WordBoundaries">It must stand between characters that are no letters or digits, so that <c>prod</c> does not match
/// <c>product</c>.</param>
public sealed record SensitivePattern(string Pattern, int Weight, bool WordBoundaries = false);

/// <summary>How risk is scored.</summary>
public sealed record RiskOptions
{
    /// <summary>Patterns in the order in which they are tried; each path counts for the first that matches.</summary>
    /// <value>The default is <see cref="DefaultPatterns"/>.</value>
    public IReadOnlyList<SensitivePattern> SensitivePatterns { get; init; } = DefaultPatterns;

    /// <summary>Highest score that needs nobody.</summary>
    /// <value>The default is 25.</value>
    public int AutoApproveThreshold { get; init; } = 25;

    /// <summary>Highest score at which a look is only recommended.</summary>
    /// <value>The default is 50. Below <see cref="AutoApproveThreshold"/> it has no effect.</value>
    public int ReviewThreshold { get; init; } = 50;

    /// <summary>All patterns are matched between word boundaries, whatever they say themselves.</summary>
    public bool WordBoundaries { get; init; }

    /// <summary>The patterns that count when nothing is configured.</summary>
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
