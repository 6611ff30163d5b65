using Orchestrator.Cli.Console;
using Xunit;

namespace Orchestrator.Cli.Tests;

public sealed class FullDiskRetryTests
{
    private const int NoSpace = 28;

    [Fact]
    public async Task Do_DiskIsFullForAMoment_WarnsOnceAndSucceeds()
    {
        var (terminal, tries) = (new RecordingTerminal(), 0);

        var done = await DoAsync(
            terminal,
            () => ++tries < 3 ? throw new IOException($"write {tries}", hresult: NoSpace) : Task.FromResult("done")
        );

        Assert.Equal("done", done);
        Assert.Equal(2, terminal.People.Split("is full. Free some space").Length);
    }

    [Fact]
    public async Task Do_OtherFault_IsNotRepeated()
    {
        var tries = 0;

        await Assert.ThrowsAsync<IOException>(() =>
            DoAsync(
                new RecordingTerminal(),
                () =>
                {
                    tries++;
                    throw new IOException("Not a directory");
                }
            )
        );

        Assert.Equal(1, tries);
    }

    private static async Task<string> DoAsync(RecordingTerminal terminal, Func<Task<string>> act)
    {
        using var interrupts = new InterruptHandler();
        var context = new CliCommandServiceBundle(
            terminal,
            new Dictionary<string, string>(),
            Path.GetTempPath(),
            TimeProvider.System,
            interrupts
        )
        {
            CallAsync = (_, _) => Task.FromResult(UseCaseOutcome.Done),
        };
        return await new FullDiskRetry(context, Path.GetTempPath()).RetryWhileFullAsync(act, CancellationToken.None);
    }
}
