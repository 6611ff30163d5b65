using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>An installation whose native libraries are not those of this machine.</summary>
public sealed class NativeLibraryTests
{
    private const string Library = "libtemporalio_sdk_core_c_bridge.so";

    [Theory]
    [InlineData(null, "is missing")]
    [InlineData("not a library", "file too short")]
    public async Task Run_LibraryThatCannotBeLoaded_NamesFileAndPlatform(string? content, string reason)
    {
        using var cli = RunCommandTests.Repository("echo x > a.txt");
        cli.Write("tasks.yaml", "tasks:\n  - {id: a, description: A, files_write: [a.txt]}\n");
        await cli.TrustAsync();
        var program = new InstalledProgram(Path.Combine(cli.Home, "program"));
        program.ReplaceNative(Library, content);

        var (code, said) = await program.RunAsync(cli, "run", "--yes");
        var (untouched, version) = await program.RunAsync(cli, "validate");

        Assert.Equal((int)UseCaseOutcome.Unavailable, code);
        Assert.Contains(Library, said, StringComparison.Ordinal);
        Assert.Contains(reason, said, StringComparison.Ordinal);
        Assert.Contains("linux-", said, StringComparison.Ordinal);
        Assert.DoesNotContain("LD_DEBUG", said, StringComparison.Ordinal);
        Assert.True(untouched == 0, version);
    }
}
