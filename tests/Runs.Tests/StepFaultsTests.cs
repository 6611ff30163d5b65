using System.Text.Json;
using Orchestrator.Git.Program;
using Orchestrator.Messages;
using Xunit;

namespace Orchestrator.Runs.Tests;

public sealed class StepFaultsTests
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
    public void Describe_FullDiskInAnyForm_IsWaitedFor() =>
        Assert.All(
            DiskFull,
            fault =>
            {
                var described = StepFaults.Describe(fault, attempt: 1)!;
                Assert.Equal((FailureTypes.DiskFull, false), (described.FailureType, described.IsFinal));
                Assert.StartsWith("The disk is full: ", described.Message, StringComparison.Ordinal);
            }
        );

    [Fact]
    public void Describe_FileThatIsNoJson_IsFinalAtOnce() =>
        Assert.True(StepFaults.Describe(new JsonException("'x' is invalid"), attempt: 1) is { IsFinal: true, FailureType: "FileDamaged" });

    /// <summary>What is the same for minutes will not be another by itself; a service that does not answer may be.</summary>
    [Fact]
    public void Describe_WhateverFailsAgainAndAgain_IsFinalUnlessItIsTransient()
    {
        Exception[] lasting = [new InvalidOperationException("x"), new KeyNotFoundException("x")];

        Assert.All(lasting, fault => Assert.Null(StepFaults.Describe(fault, attempt: 9)));
        Assert.All(lasting, fault => Assert.True(StepFaults.Describe(fault, attempt: 10) is { IsFinal: true }));
        Assert.Null(StepFaults.Describe(new IOException("Not a directory"), attempt: 99));
        Assert.True(StepFaults.Describe(new IOException("Not a directory"), attempt: 100) is { IsFinal: true });
        Assert.Null(StepFaults.Describe(new TimeoutException("x"), attempt: 100));
    }
}
