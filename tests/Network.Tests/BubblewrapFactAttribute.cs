using Orchestrator.Processes;

namespace Orchestrator.Network.Tests;

/// <summary>
/// Needs bubblewrap, and a kernel that lets it make namespaces: not every machine that tests has both (<c>tests/allowed-skips.txt</c>).
/// </summary>
internal sealed class BubblewrapFactAttribute : FactAttribute
{
    internal static readonly BubblewrapCheck Found = new Bubblewrap().CheckAsync().GetAwaiter().GetResult();

    public BubblewrapFactAttribute() => Skip = Found.Program is null ? $"bubblewrap does not work here. {Found.Problem}" : null;
}
