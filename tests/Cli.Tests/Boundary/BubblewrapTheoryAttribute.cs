using Orchestrator.Agents.Tests;
using Xunit;

namespace Orchestrator.Cli.Tests.Boundary;

/// <summary>A theory that needs bubblewrap (<c>tests/allowed-skips.txt</c>).</summary>
internal sealed class BubblewrapTheoryAttribute : TheoryAttribute
{
    public BubblewrapTheoryAttribute() => Skip = new BubblewrapFactAttribute().Skip;
}
