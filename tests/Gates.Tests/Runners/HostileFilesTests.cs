using Orchestrator.Gates.Runners;
using Orchestrator.Processes;
using Orchestrator.TestKit;

namespace Orchestrator.Gates.Tests.Runners;

/// <summary>Files that a gate puts where reports and manifests are read: a pipe that nobody writes to, and a link to a device.</summary>
public sealed class HostileFilesTests
{
    private const string Report = """<testsuite><testcase name="a"/></testsuite>""";

    [Fact]
    public async Task Read_PipesAndLinksAmongReports_AreNoReportsAndOthersCount()
    {
        using var folder = new TempFolder();
        await MakeAsync(folder, "pipe.xml pipe.json", "device.xml device.json");
        await File.WriteAllTextAsync(folder["report.xml"], Report);

        var facts = TestReportFileReader.Read(folder.Path, DateTime.UnixEpoch, CancellationToken.None);

        Assert.Equal(["report.xml"], facts!.Files);
        Assert.Null(TestReportParser.Read(folder["pipe.xml"], folder.Path));
        Assert.Null(TestReportParser.Read(folder["device.json"], folder.Path));
    }

    [Fact]
    public async Task Of_PipesAndLinksAmongManifests_AreLeftOut()
    {
        using var folder = new TempFolder();
        await MakeAsync(folder, "package.json", "pyproject.toml");
        await File.WriteAllTextAsync(folder["Cargo.toml"], "[package]");

        Assert.Equal(["[package]"], RootManifestTextReader.Of(folder.Path));
    }

    [Fact]
    public async Task Find_LinksToDevicesInARepository_AreNoCommands()
    {
        using var folder = new TempFolder();
        await MakeAsync(folder, "", ".mcp.json .worktreeinclude package.json");

        Assert.Empty(Detection.ProjectDefinedCommandFinder.Find(folder.Path));
    }

    private static async Task MakeAsync(TempFolder folder, string pipes, string links) =>
        Assert.True(
            (
                await new ProcessRunner().RunAsync(
                    new ChildProcessOptions(
                        "/bin/sh",
                        "-c",
                        $"for name in {pipes}; do mkfifo $name; done; for name in {links}; do ln -s /dev/zero $name; done"
                    )
                    {
                        WorkingDirectory = folder.Path,
                    }
                )
            ).Succeeded
        );
}
