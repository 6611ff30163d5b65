using Orchestrator.Processes;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>Needs bubblewrap, and git LFS (<c>tests/allowed-skips.txt</c>).</summary>
internal sealed class LargeFileFactAttribute : FactAttribute
{
    private static readonly BubblewrapCheck Found = new Bubblewrap().CheckAsync().GetAwaiter().GetResult();

    public LargeFileFactAttribute() =>
        Skip =
            Found.Program is null ? $"bubblewrap does not work here. {Found.Problem}"
            : ProgramLocator.Find("git-lfs", path: null) is null ? "git-lfs is not in PATH."
            : null;
}
