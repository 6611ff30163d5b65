using Orchestrator.App.Setup;
using Orchestrator.Cli.Console;
using Orchestrator.Cli.Startup;
using Orchestrator.Processes;
using Xunit;

namespace Orchestrator.Cli.Tests;

public class PlatformTests
{
    private static readonly HostPlatform Mac = new("Darwin 25.0", IsLinux: false, HasProcessTable: false);

    [Theory]
    [InlineData("run")]
    [InlineData("worker")]
    [InlineData("server")]
    [InlineData("status")]
    [InlineData("plan", "something to do")]
    public async Task AnyCommand_OffLinux_IsRefusedWithASentence(params string[] arguments)
    {
        using var cli = new CliFixture().WithRepository();

        var result = await RunAsync(cli, Mac, arguments);

        Assert.Equal(5, result.ExitCode);
        Assert.Contains("on Darwin 25.0", result.People, StringComparison.Ordinal);
        Assert.Contains("macOS is not supported yet", result.People, StringComparison.Ordinal);
        Assert.Contains("WSL 2", result.People, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(cli.Folder, ".orchestrator")));
    }

    [Fact]
    public async Task Check_OffLinux_SaysItAndAsksNoProgram()
    {
        using var cli = new CliFixture().WithRepository();

        var mac = await RunAsync(cli, Mac, "check", "--json");
        var bare = await RunAsync(cli, new HostPlatform("Linux", IsLinux: true, HasProcessTable: false), "check");

        Assert.Equal((5, 5), (mac.ExitCode, bare.ExitCode));
        var only = Assert.Single(mac.Json["checks"]!.AsArray())!;
        Assert.Equal(("system", "fail"), ((string?)only["name"], (string?)only["status"]));
        Assert.Contains("not mounted at /proc", bare.People, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("version")]
    [InlineData("completion", "bash")]
    [InlineData("run", "--help")]
    public async Task WordsAlone_OffLinux_AreGiven(params string[] arguments)
    {
        using var cli = new CliFixture();

        Assert.Equal(0, (await RunAsync(cli, Mac, arguments)).ExitCode);
    }

    private static async Task<CliFixture.CliResult> RunAsync(CliFixture cli, HostPlatform platform, params string[] arguments)
    {
        var terminal = new RecordingTerminal();
        using var interrupts = new InterruptHandler();
        var code = await CliCommandExecutor.RunAsync(
            arguments,
            _ => terminal,
            cli.Environment,
            cli.Folder,
            TimeProvider.System,
            interrupts,
            platform
        );
        return new CliFixture.CliResult((int)code, terminal.Output, terminal.People);
    }
}
