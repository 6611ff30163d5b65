using System.Collections.Immutable;

namespace Orchestrator.Workflows.Train;

/// <summary>Parts of the repository whose gates a change can influence. Changes with disjoint footprints are verified
/// independently.</summary>
/// <param name="Parts">Names of the parts; null for the whole repository.</param>
internal sealed record Footprint(ImmutableSortedSet<string>? Parts)
{
    /// <summary>The footprint of a change that can influence everything.</summary>
    public static Footprint Everything { get; } = new((ImmutableSortedSet<string>?)null);

    /// <summary>Creates a footprint from names of parts; none for the whole repository.</summary>
    public static Footprint Of(IReadOnlyList<string> parts) =>
        parts.Count == 0 ? Everything : new Footprint(parts.ToImmutableSortedSet(StringComparer.Ordinal));

    /// <summary>True if two changes can influence the same gates.</summary>
    public bool Overlaps(Footprint other) => Parts is null || other.Parts is null || Parts.Overlaps(other.Parts);

    /// <summary>Returns the footprint of both changes together.</summary>
    public Footprint With(Footprint other) => Parts is null || other.Parts is null ? Everything : new Footprint(Parts.Union(other.Parts));
}
