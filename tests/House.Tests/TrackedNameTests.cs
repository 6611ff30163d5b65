using System.Text.RegularExpressions;
using Orchestrator.Processes;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.House.Tests;

/// <summary>
/// A redirection that went wrong leaves a file with a piece of code for a name, and <c>git add .</c> takes it along. All tracked names are
/// plain, so such a one is seen.
/// </summary>
public sealed partial class TrackedNameTests
{
    /// <summary>Names that are strange on purpose.</summary>
    private static readonly string[] Allowed = ["tests/Plans.Readers.Tests/MasterPlans/Plans/good-crlf-bom-front-matter/docs/phase 1.md"];

    [Fact]
    public async Task TrackedNames_ArePlain()
    {
        var listed = await new ProcessRunner().RunAsync(
            new ChildProcessOptions("git", "ls-files", "-z")
            {
                WorkingDirectory = RepositoryFiles.Root,
                StandardOutput = ProcessOutputTargets.Capture(16 * 1024 * 1024),
            }
        );
        var names = listed.StandardOutput.Text.Split('\0', StringSplitOptions.RemoveEmptyEntries);

        Assert.True(listed.Succeeded, listed.StandardError.Text);
        Assert.Contains("Orchestrator.sln", names);
        Assert.Equal(Allowed, names.Where(name => !IsPlain(name)));
    }

    [Theory]
    [InlineData("src/Cli/Startup/Program.cs", true)]
    [InlineData(".config/dotnet-tools.json", true)]
    [InlineData("scripts/test", true)]
    [InlineData("orkers = Math.Min(workers, 4),p", false)]
    [InlineData("src/-rf", false)]
    [InlineData("src/a file.cs", false)]
    [InlineData("src/Größe.cs", false)]
    [InlineData("src/x.cs~", false)]
    [InlineData("=", false)]
    [InlineData("a\nb", false)]
    public void IsPlain_Name_AsPeopleNameFiles(string name, bool plain) => Assert.Equal(plain, IsPlain(name));

    private static bool IsPlain(string name) => Plain().IsMatch(name);

    /// <summary>Folders and a file of letters, digits, points, underscores and dashes, none with a dash in front.</summary>
    [GeneratedRegex(@"\A([A-Za-z0-9._][A-Za-z0-9._-]*/)*[A-Za-z0-9._][A-Za-z0-9._-]*\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Plain();
}
