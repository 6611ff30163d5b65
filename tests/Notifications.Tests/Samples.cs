using Orchestrator.Notifications.Http;

namespace Orchestrator.Notifications.Tests;

internal static class Samples
{
    /// <summary>A question with its commands.</summary>
    public static Notice Question { get; } =
        new()
        {
            Id = "0123456789abcdef01234567",
            Title = "shop: run-x needs attention",
            Run = "run-x",
            Repository = "/work/shop",
            Time = new DateTimeOffset(2026, 11, 24, 22, 0, 0, TimeSpan.Zero),
            Items =
            [
                new NoticeEventDescription(
                    "question/a/1",
                    "needs_person",
                    "a",
                    "May a be merged? <!channel> ```x``` & more",
                    ["orchestrate approve run-x/a", "orchestrate reject run-x/a"]
                ),
            ],
        };

    /// <summary>A fact that waits for nobody.</summary>
    public static Notice Fact { get; } =
        Question with
        {
            Title = "shop: run-x has ended",
            Items = [new NoticeEventDescription("run/completed", "run_done", null, "The run is completed", [])],
        };

    /// <summary>Tries without pauses.</summary>
    public static RetryingHttpClientOptions Quick { get; } =
        new() { Pause = TimeSpan.FromMilliseconds(1), Timeout = TimeSpan.FromSeconds(20) };
}
