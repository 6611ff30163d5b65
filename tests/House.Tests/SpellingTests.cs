using Orchestrator.Processes;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.House.Tests;

/// <summary>Checks American spelling by cspell, with the dictionaries in <c>tests/House.Tests/spelling</c>.</summary>
public sealed class SpellingTests
{
    private const string Folder = "tests/House.Tests/spelling";

    internal static string Program => RepositoryFiles.Path($"{Folder}/node_modules/.bin/cspell");

    [SpellingFact]
    public async Task DocsCommentsAndMessages_AreSpelledTheAmericanWay()
    {
        string[] options = ["lint", "--no-progress", "--no-summary", "--config", $"{Folder}/cspell.json"];
        string[] files = ["*.md", "docs/**/*.md", "src/**/*.cs", "workflows/**/*.cs", "activities/**/*.cs"];

        var check = await new ProcessRunner().RunAsync(
            new ChildProcessOptions(Program, [.. options, .. files])
            {
                WorkingDirectory = RepositoryFiles.Root,
                StandardOutput = ProcessOutputTargets.Capture(16 * 1024 * 1024),
            }
        );

        Assert.True(
            check.Succeeded,
            $"Correct the word, or add it to {Folder}/words.txt:\n{check.StandardOutput.Text}{check.StandardError.Text}"
        );
    }
}
