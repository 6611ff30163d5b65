using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Cli.Tests;

public class CliCommandExecutorTests
{
    [Fact]
    public async Task Version_AnyForm_IsTheAssemblysVersion()
    {
        using var cli = new CliFixture();

        var text = await cli.RunAsync("version");
        var json = await cli.RunAsync("version", "--json");

        Assert.Equal(0, text.ExitCode);
        Assert.Matches(@"^\d+\.\d+\.\d+\n$", text.Output);
        Assert.Equal(1, (int)json.Json["schemaVersion"]!);
        Assert.Equal(text.Output.Trim(), (string?)json.Json["version"]);
    }

    [Theory]
    [InlineData("innit", "Did you mean 'init'?")]
    [InlineData("--verison", "")]
    public async Task UnknownWord_IsRefusedWithTheNearestOne(string word, string cure)
    {
        using var cli = new CliFixture();

        var result = await cli.RunAsync(word);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(word, result.People, StringComparison.Ordinal);
        Assert.Contains(cure, result.People, StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    [Theory]
    [InlineData("See 'orchestrate tasks add --help'.", "tasks", "add")]
    [InlineData("See 'orchestrate config set --help'.", "config", "set")]
    [InlineData("'many' for option '--approve-risk': a number is expected.", "run", "--approve-risk", "many")]
    public async Task WrongUse_IsRefusedInWordsOfTheCommandLine(string said, params string[] arguments)
    {
        using var cli = new CliFixture();

        var result = await cli.RunAsync(arguments);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(said, result.People, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_OfRootAndCommand_NamesWhatThereIs()
    {
        using var cli = new CliFixture();

        var root = await cli.RunAsync("--help");
        var all = await cli.RunAsync("help", "--all");
        var config = await cli.RunAsync("config", "set", "--help");

        Assert.Equal((0, 0, 0), (root.ExitCode, all.ExitCode, config.ExitCode));
        Assert.Contains("inbox", root.Output, StringComparison.Ordinal);
        Assert.Contains("help --all", root.Output, StringComparison.Ordinal);
        Assert.Contains("trust", all.Output, StringComparison.Ordinal);
        Assert.Contains("--user", config.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WorkingDirectory_Missing_IsRefused()
    {
        using var cli = new CliFixture();

        var result = await cli.RunAsync("trust", "--working-dir", "nowhere");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("The folder", result.People, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Repository_Missing_IsExitTwoWithACure()
    {
        using var cli = new CliFixture();

        var result = await cli.RunAsync("init");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("is not in a git repository", result.People, StringComparison.Ordinal);
        Assert.Contains("git init && git commit", result.People, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Repository_Bare_IsRefused()
    {
        using var cli = new CliFixture();
        cli.Git("init", "-q", "--bare", ".");

        var result = await cli.RunAsync("init");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("bare", result.People, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnexpectedError_GoesToTheLogWithoutAStackTraceForPeople()
    {
        using var cli = new CliFixture().WithRepository();
        Directory.CreateDirectory(Path.Combine(cli.Folder, ".orchestrator", "config.yaml"));

        var result = await cli.RunAsync("config", "set", "workers", "4");

        Assert.NotEqual(0, result.ExitCode);
        Assert.DoesNotContain("   at ", result.People, StringComparison.Ordinal);
        Assert.Contains("orchestrate.log", result.People, StringComparison.Ordinal);
        Assert.Contains("   at ", cli.Read(".orchestrator/logs/orchestrate.log"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnexpectedError_LogIsALink_WritesNothingThroughIt()
    {
        using var cli = new CliFixture().WithRepository();
        Directory.CreateDirectory(Path.Combine(cli.Folder, ".orchestrator", "config.yaml"));
        Directory.CreateDirectory(Path.Combine(cli.Folder, ".orchestrator", "logs"));
        using var outside = new TempFolder();
        File.WriteAllText(outside["profile"], "mine");
        File.CreateSymbolicLink(Path.Combine(cli.Folder, ".orchestrator", "logs", "orchestrate.log"), outside["profile"]);

        var result = await cli.RunAsync("config", "set", "workers", "4");

        Assert.NotEqual(0, result.ExitCode);
        Assert.Equal("mine", File.ReadAllText(outside["profile"]));
        Assert.Contains("could not be logged", result.People, StringComparison.Ordinal);
    }
}
