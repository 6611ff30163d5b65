using System.Collections.Immutable;

namespace Orchestrator.Workflows.Train;

/// <summary>Set of repository parts whose gates a change can affect. Changes with disjoint footprints are verified independently.</summary>
/// <param name="Parts">Names of the parts, or null for the whole repository.</param>
internal sealed record Footprint(ImmutableSortedSet<string>? Parts)
{
    /// <summary>Footprint of a change that can affect everything.</summary>
    public static Footprint Everything { get; } = new((ImmutableSortedSet<string>?)null);

    /// <summary>Creates a footprint from the names of parts. An empty list means the whole repository.</summary>
    public static Footprint Of(IReadOnlyList<string> parts) =>
        parts.Count == 0 ? Everything : new Footprint(parts.ToImmutableSortedSet(StringComparer.Ordinal));

    /// <summary>True if two changes can affect the same gates.</summary>
    public bool Overlaps(Footprint other) => Parts is null || other.Parts is null || Parts.Overlaps(other.Parts);

    /// <summary>Returns the union of two footprints.</summary>
    public Footprint With(Footprint other) => Parts is null || other.Parts is null ? Everything : new Footprint(Parts.Union(other.Parts));
}
