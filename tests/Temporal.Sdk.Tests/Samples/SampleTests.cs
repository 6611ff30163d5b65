using System.Diagnostics;
using Orchestrator.TestKit;

namespace Orchestrator.Temporal.Sdk.Tests.Samples;

/// <summary>The sample programs do what they say, each in a process of its own.</summary>
public sealed class SampleTests(TestServer server) : IClassFixture<TestServer>
{
    [Theory]
    [InlineData("hello-workflow", "HelloWorkflow", "Hello, Temporal!")]
    [InlineData("lock", "Lock", "holder: alice|holder: bob|refused: a holder needs a name|held 2 times")]
    [InlineData(
        "saga",
        "Saga",
        "withdrawn 100 from alice|deposited 100 to bob|taken back 100 from bob|given back 100 to alice|The transfer failed: the bank does "
            + "not know transfer-1"
    )]
    public async Task Sample_RunAgainstAServer_SaysWhatItShould(string folder, string project, string expected)
    {
        var program = RepositoryFiles.BuiltProgram($"samples/{folder}", $"Orchestrator.{project}.dll");
        using var process = Process.Start(
            new ProcessStartInfo("dotnet", [program, server.Address])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            }
        )!;
        var errors = process.StandardError.ReadToEndAsync();
        var said = await process.StandardOutput.ReadToEndAsync(Eventually.Timeout());
        await process.WaitForExitAsync(Eventually.Timeout());
        Assert.Equal(expected.Split('|'), said.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal((0, string.Empty), (process.ExitCode, await errors));
    }
}
