using System.Diagnostics;
using Xunit;
using Xunit.Abstractions;

namespace Orchestrator.Temporal.Server.Tests.Storage;

/// <summary>A few rounds of <c>scripts/server-kill-test</c>; what must hold says its README.</summary>
public sealed class ServerKillTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Server_KilledAtRandomMoments_LosesAndDoublesNothing() => Assert.Equal(0, await RunAsync(output, "--rounds", "3"));

    [Fact]
    [Trait("Category", "Full")]
    public async Task Server_KilledManyTimes_LosesAndDoublesNothing() => Assert.Equal(0, await RunAsync(output, "--rounds", "20"));

    /// <summary>Runs the program, whose output (with the seed) is the test's output.</summary>
    internal static async Task<int> RunAsync(ITestOutputHelper output, params string[] arguments)
    {
        var library = Path.Combine(AppContext.BaseDirectory, "Orchestrator.ServerKillTest.dll");
        using var process = Process.Start(
            new ProcessStartInfo("dotnet", [library, .. arguments])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            }
        )!;
        var errors = process.StandardError.ReadToEndAsync();
        output.WriteLine(await process.StandardOutput.ReadToEndAsync());
        output.WriteLine(await errors);
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}

/// <summary><see cref="ServerKillTests"/> with a disk that loses power.</summary>
public sealed class ServerPowerLossTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Server_WhoseDiskLosesPower_LosesAndDoublesNothing() =>
        Assert.Equal(0, await ServerKillTests.RunAsync(output, "--rounds", "4", "--power-loss"));

    [Fact]
    [Trait("Category", "Full")]
    public async Task Server_WhoseDiskLosesPowerManyTimes_LosesAndDoublesNothing() =>
        Assert.Equal(0, await ServerKillTests.RunAsync(output, "--rounds", "30", "--power-loss"));

    [Fact]
    public async Task Server_WithoutSyncs_IsFoundToLoseChanges() =>
        Assert.Equal(1, await ServerKillTests.RunAsync(output, "--rounds", "10", "--synchronous-off"));
}
