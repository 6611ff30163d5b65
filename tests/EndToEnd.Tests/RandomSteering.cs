using System.Globalization;
using Xunit;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>Another service that steers a run by the official client while its machines fail. It takes back what it does a moment later,
/// so that the run ends as without it, and makes calls that must be refused.</summary>
/// <param name="sdk">The client.</param>
/// <param name="tasks">Number of tasks in the run: <c>t1</c>, <c>t2</c> ...</param>
/// <param name="chance">Source of the random choice of commands and times.</param>
internal sealed class RandomSteering(SdkClient sdk, int tasks, Random chance) : IAsyncDisposable
{
    private static readonly (string Told, string[] Call)[] Refused =
    [
        ("night has no task 't9'.", ["update", "skipTask", """{"task": "t9"}"""]),
        ("'tsak' is unknown; known are task, text, by.", ["update", "pause", """{"tsak": "t1"}"""]),
        ("'workers' is 0; it must be 1 to 64.", ["update", "setConcurrency", "0"]),
    ];

    private readonly CancellationTokenSource _stop = new();
    private readonly List<string> _done = [];
    private Task _steering = Task.CompletedTask;

    /// <summary>Highest number of additional agent starts that the steering can have caused.</summary>
    public int Interrupts { get; private set; }

    /// <summary>The commands so far.</summary>
    public string Done => string.Join(", ", _done);

    /// <summary>Begins the run, and to steer it.</summary>
    public async Task StartAsync(string repository)
    {
        await sdk.StartPlanAsync(repository);
        _steering = Task.Run(SteerAsync);
    }

    /// <summary>Ends it; nothing is held by it any more.</summary>
    /// <exception cref="Exception">A call was not answered as it must be.</exception>
    public async Task EndAsync()
    {
        await _stop.CancelAsync();
        await _steering;
    }

    private async Task SteerAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            await Task.Delay(chance.Next(4000), _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                await (
                    chance.Next(5) switch
                    {
                        0 => HoldAsync(tasks),
                        1 => HoldAsync(1, $$"""{"task": "t{{chance.Next(tasks) + 1}}", "by": "kim"}"""),
                        2 => LimitAsync(),
                        3 => RefuseAsync(),
                        _ => AskAsync(),
                    }
                );
            }
            catch (InvalidOperationException refused)
            {
                // A task, or the whole run, may have come to its end meanwhile.
                if (await HasEndedAsync())
                {
                    return;
                }
                if (!refused.Message.Contains("; only a running task can be paused.", StringComparison.Ordinal))
                {
                    throw;
                }
            }
        }
    }

    /// <summary>Pauses the run or a task, and lets it continue.</summary>
    private async Task HoldAsync(int agents, params string[] whom)
    {
        _done.Add($"pause {string.Concat(whom)}");
        Interrupts += agents;
        await (chance.Next(2) == 0 ? sdk.UpdateAsync("pause", whom) : sdk.SignalAsync("pause", whom));
        await Task.Delay(chance.Next(4000));
        await (chance.Next(2) == 0 ? sdk.UpdateAsync("resume", whom) : sdk.SignalAsync("resume", whom));
    }

    private async Task LimitAsync()
    {
        _done.Add("setConcurrency");
        await sdk.UpdateAsync("setConcurrency", "1");
        await sdk.UpdateAsync("setConcurrency", tasks.ToString(CultureInfo.InvariantCulture));
    }

    private async Task RefuseAsync()
    {
        var (told, call) = Refused[chance.Next(Refused.Length)];
        _done.Add($"wrong {call[1]}");
        if (!await HasEndedAsync())
        {
            var said = await sdk.RefusedAsync(call);
            Assert.True(said.Contains(told, StringComparison.Ordinal) || await HasEndedAsync(), $"{string.Join(' ', call)}: {said}");
        }
    }

    private async Task AskAsync()
    {
        _done.Add("status");
        var status = await sdk.StatusAsync();
        Assert.DoesNotContain((string?)status["state"], (string[])["failed", "escalated", "terminated", "cancelled"]);
    }

    private async Task<bool> HasEndedAsync() => (string?)(await sdk.StatusAsync())["state"] == "completed";

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _steering.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }
}
