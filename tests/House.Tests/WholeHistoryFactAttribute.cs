using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.House.Tests;

/// <summary>Needs a clone with its history (<c>tests/allowed-skips.txt</c>).</summary>
internal sealed class WholeHistoryFactAttribute : FactAttribute
{
    public WholeHistoryFactAttribute() =>
        Skip =
            File.Exists(RepositoryFiles.Path(".git/shallow")) ? "The clone is shallow: the history of its commits is missing."
            : Path.Exists(RepositoryFiles.Path(".git")) ? null
            : "The sources are not a clone of git.";
}
