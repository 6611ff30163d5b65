using System.Text.Json;
using Orchestrator.Git.Program;
using Orchestrator.Messages;
using Xunit;

namespace Orchestrator.Runs.Tests;

public sealed class StepFaultClassifierTests
{
    private static readonly Exception[] DiskFull =
    [
        new IOException("write", hresult: 28),
        new IOException("write", hresult: 122),
        new IOException("fsync(plan.json): No space left on device"),
        new GitException("git add failed", 128, "fatal: Out of diskspace"),
        new InvalidOperationException("outer", new IOException("inner", hresult: 28)),
    ];

    [Fact]
    public void Describe_FullDiskForAMoment_IsRetriedWithoutABackoff() =>
        Assert.All(
            DiskFull,
            fault => Assert.All(Enumerable.Range(1, 4), attempt => Assert.Null(StepFaultClassifier.Describe(fault, attempt)))
        );

    [Fact]
    public void Describe_FullDiskInAnyForm_IsWaitedFor() =>
        Assert.All(
            DiskFull,
            fault =>
            {
                var described = StepFaultClassifier.Describe(fault, attempt: 5)!;
                Assert.Equal((FailureTypes.DiskFull, false), (described.FailureType, described.IsFinal));
                Assert.StartsWith("The disk is full: ", described.Message, StringComparison.Ordinal);
            }
        );

    [Fact]
    public void Describe_FileThatIsNoJson_IsFinalAtOnce() =>
        Assert.True(
            StepFaultClassifier.Describe(new JsonException("'x' is invalid"), attempt: 1) is { IsFinal: true, FailureType: "FileDamaged" }
        );

    /// <summary>A failure that repeats for minutes is final, unless it is transient, such as a service that does not answer.</summary>
    [Fact]
    public void Describe_WhateverFailsAgainAndAgain_IsFinalUnlessItIsTransient()
    {
        Exception[] lasting = [new InvalidOperationException("x"), new KeyNotFoundException("x")];

        Assert.All(lasting, fault => Assert.Null(StepFaultClassifier.Describe(fault, attempt: 9)));
        Assert.All(lasting, fault => Assert.True(StepFaultClassifier.Describe(fault, attempt: 10) is { IsFinal: true }));
        Assert.Null(StepFaultClassifier.Describe(new IOException("Not a directory"), attempt: 99));
        Assert.True(StepFaultClassifier.Describe(new IOException("Not a directory"), attempt: 100) is { IsFinal: true });
        Assert.Null(StepFaultClassifier.Describe(new TimeoutException("x"), attempt: 100));
    }

    /// <summary>A refusal with the same text is not transient, and its cause comes first.</summary>
    [Fact]
    public void Describe_SameRefusalFourTimes_IsFinalWithCauseAndCure()
    {
        var faults = new RepeatedStepFaultCounter();
        var refusals = Enumerable
            .Range(1, 4)
            .Select(i =>
            {
                var words = $"git-crypt: Error: Unable to open key file\nerror in tmp/index-{i}";
                var refusal = new GitException($"'git worktree add' in '/': {words}", 128, words);
                return StepFaultClassifier.Describe(refusal, attempt: i, faults.Add("step", refusal));
            })
            .ToList();
        var other = new GitException("another", 128, "another");

        Assert.All(refusals.Take(3), Assert.Null);
        Assert.True(refusals[3] is { IsFinal: true, FailureType: "Refused" });
        Assert.StartsWith(
            "Files are encrypted by git-crypt, but the repository is locked here.",
            refusals[3]!.Message,
            StringComparison.Ordinal
        );
        Assert.Equal((1, 2), (faults.Add("step", other), faults.Add("step", other)));
        faults.RemoveCount("step");
        Assert.Equal(1, faults.Add("step", other));
    }
}
