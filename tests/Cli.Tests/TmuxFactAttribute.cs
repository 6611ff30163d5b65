using Orchestrator.Processes;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>Needs tmux (<c>tests/allowed-skips.txt</c>).</summary>
internal sealed class TmuxFactAttribute : FactAttribute
{
    public TmuxFactAttribute() => Skip = ProgramLocator.Find("tmux", path: null) is null ? "tmux is not in PATH." : null;
}
