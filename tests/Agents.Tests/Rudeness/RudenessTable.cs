namespace Orchestrator.Agents.Tests.Rudeness;

/// <summary>One kind of misbehavior of an agent program, and its required outcome.</summary>
/// <param name="Name">Its name, as <c>fake-agent</c> knows it.</param>
/// <param name="Expected">Allowed outcomes of the start.</param>
internal sealed record Rude(string Name, params AgentFailure[] Expected)
{
    /// <summary>A program that prints text for people can't behave so.</summary>
    public bool IsOfJson { get; init; }

    /// <summary>The failure of a program whose output is plain text, or null if it is the same for every program.</summary>
    public AgentFailure? OfText { get; init; }

    /// <summary>The Agent Client Protocol has no place for it: a client names the conversation, counts no tokens and ends the
    /// program.</summary>
    public bool IsNotOfAcp { get; init; }

    /// <summary>The failure of a program that speaks the Agent Client Protocol, or null if it is the same for every program.</summary>
    public AgentFailure? OfAcp { get; init; }

    /// <summary>True if the misbehavior occurs when a conversation is continued.</summary>
    public bool Resumes { get; init; }

    /// <summary>Text that the failure's detail must contain.</summary>
    public string InDetail { get; init; } = "";
}

/// <summary>The conformance kit: forty rudenesses.</summary>
internal static class RudenessTable
{
    internal static IReadOnlyList<Rude> All { get; } =
    [
        new("unknown-flag", AgentFailure.Account) { InDetail = "does not recognize -" },
        new("unknown-flag-help", AgentFailure.Account) { InDetail = "does not recognize -" },
        new("unknown-event", AgentFailure.None) { IsOfJson = true },
        new("unknown-event-only", AgentFailure.Account, AgentFailure.GaveUp) { IsOfJson = true, InDetail = "telepathy" },
        new("exit-0-with-nothing", AgentFailure.GaveUp) { IsOfJson = true },
        new("exit-3-with-nothing", AgentFailure.Account, AgentFailure.GaveUp),
        new("hangs-on-a-question", AgentFailure.Stall),
        new("commits-by-itself", AgentFailure.None),
        new("resumes-another", AgentFailure.Account)
        {
            IsOfJson = true,
            IsNotOfAcp = true,
            Resumes = true,
            InDetail = "but it continued",
        },
        new("cumulative-usage", AgentFailure.None)
        {
            IsOfJson = true,
            IsNotOfAcp = true,
            Resumes = true,
        },
        new("warning-before-the-json", AgentFailure.None),
        new("child-left-behind", AgentFailure.None),
        new("line-of-50-mb", AgentFailure.None),
        new("line-of-70-mb", AgentFailure.None),
        new("invalid-utf-8", AgentFailure.None),
        new("nuls", AgentFailure.None),
        new("closes-stdout-early", AgentFailure.GaveUp) { IsOfJson = true },
        new("result-twice", AgentFailure.None),
        new("no-newline-at-the-end", AgentFailure.None),
        new("exits-before-reading-stdin", AgentFailure.None) { IsNotOfAcp = true },
        new("ignores-sigterm", AgentFailure.Timeout),
        new("writes-outside", AgentFailure.None),
        new("prose-on-stdout", AgentFailure.GaveUp) { IsOfJson = true },
        new("wrong-session-id", AgentFailure.None) { IsOfJson = true },
        new("negative-tokens", AgentFailure.None) { IsOfJson = true, IsNotOfAcp = true },
        new("absurd-tokens", AgentFailure.None) { IsOfJson = true, IsNotOfAcp = true },
        new("limit", AgentFailure.UsageLimit) { OfText = AgentFailure.Throttled },
        new("unauthorized", AgentFailure.Account),
        new("throttled", AgentFailure.Throttled),
        new("overloaded", AgentFailure.Transient),
        new("truncated-json", AgentFailure.GaveUp) { IsOfJson = true },
        new("ansi-escapes", AgentFailure.None),
        new("byte-order-mark-and-crlf", AgentFailure.None),
        new("exit-1-after-done", AgentFailure.GaveUp) { IsNotOfAcp = true },
        new("error-then-done", AgentFailure.None),
        new("no-session-id", AgentFailure.None) { IsOfJson = true, OfAcp = AgentFailure.GaveUp },
        new("deep-json", AgentFailure.None),
        new("other-json-values", AgentFailure.None),
        new("killed", AgentFailure.Killed, AgentFailure.OutOfMemory),
        new("floods-stderr", AgentFailure.None),
    ];
}
