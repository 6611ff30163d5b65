using System.Collections.Immutable;

namespace Orchestrator.Workflows.Train;

/// <summary>Set of repository parts whose gates a change can affect. Changes with disjoint footprints are verified independently.</summary>
/// <param name="Parts">Names of the parts, or null for the whole repository.</param>
internal sealed record ChangeFootprint(ImmutableSortedSet<string>? Parts)
{
    /// <summary>Footprint of a change that can affect everything.</summary>
    public static ChangeFootprint Everything { get; } = new((ImmutableSortedSet<string>?)null);

    /// <summary>Creates a footprint from the names of parts. An empty list means the whole repository.</summary>
    public static ChangeFootprint Of(IReadOnlyList<string> parts) =>
        parts.Count == 0 ? Everything : new ChangeFootprint(parts.ToImmutableSortedSet(StringComparer.Ordinal));

    /// <summary>True if two changes can affect the same gates.</summary>
    public bool Overlaps(ChangeFootprint other) => Parts is null || other.Parts is null || Parts.Overlaps(other.Parts);

    /// <summary>Returns the union of two footprints.</summary>
    public ChangeFootprint With(ChangeFootprint other) =>
        Parts is null || other.Parts is null ? Everything : new ChangeFootprint(Parts.Union(other.Parts));
}
