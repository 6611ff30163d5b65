using Orchestrator.Processes;

namespace Orchestrator.Habits.Tests;

/// <summary>Needs bubblewrap, and a kernel that lets it make namespaces (<c>tests/allowed-skips.txt</c>).</summary>
internal sealed class BubblewrapTheoryAttribute : TheoryAttribute
{
    private static readonly BubblewrapCheck Found = new Bubblewrap().CheckAsync().GetAwaiter().GetResult();

    /// <summary>Why it does not work here; null where it does.</summary>
    internal static readonly string? Missing = Found.Program is null ? $"bubblewrap does not work here. {Found.Problem}" : null;

    public BubblewrapTheoryAttribute() => Skip = Missing;
}
