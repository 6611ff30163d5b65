namespace Orchestrator.Plans;

/// <summary>The pattern that makes a path sensitive.</summary>
/// <param name="Pattern">A regular expression that is searched anywhere in a written path, case ignored.</param>
/// <param name="Weight">Points for each written path for which it is the first match.</param>
/// <param name="WordBoundaries">It must stand between characters that are no letters or digits, so that <c>prod</c> does not match
/// <c>product</c>.</param>
public sealed record SensitivePattern(string Pattern, int Weight, bool WordBoundaries = false);

/// <summary>Options of the risk score.</summary>
public sealed record RiskOptions
{
    /// <summary>Patterns in order; each path counts for the first that matches.</summary>
    /// <value>The default is <see cref="DefaultPatterns"/>.</value>
    public IReadOnlyList<SensitivePattern> SensitivePatterns { get; init; } = DefaultPatterns;

    /// <summary>Highest score that needs no approval.</summary>
    /// <value>The default is 25.</value>
    public int AutoApproveThreshold { get; init; } = 25;

    /// <summary>Highest score at which a review is only recommended.</summary>
    /// <value>The default is 50. Below <see cref="AutoApproveThreshold"/> it has no effect.</value>
    public int ReviewThreshold { get; init; } = 50;

    /// <summary>All patterns are matched between word boundaries, whatever they define themselves.</summary>
    public bool WordBoundaries { get; init; }

    /// <summary>The default patterns.</summary>
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
