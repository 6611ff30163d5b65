using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.House.Tests;

/// <summary>Needs cspell, which <c>scripts/setup</c> installs from npm (<c>tests/allowed-skips.txt</c>).</summary>
internal sealed class SpellingFactAttribute : FactAttribute
{
    public SpellingFactAttribute() =>
        Skip = File.Exists(SpellingTests.Program) ? null : "cspell is not installed; scripts/setup installs it.";
}
