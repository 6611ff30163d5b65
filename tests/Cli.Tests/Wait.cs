namespace Orchestrator.Cli.Tests;

/// <summary>Waits for facts.</summary>
internal static class Wait
{
    public static async Task UntilAsync(Func<bool> isTrue)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!isTrue())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), limit.Token);
        }
    }
}
