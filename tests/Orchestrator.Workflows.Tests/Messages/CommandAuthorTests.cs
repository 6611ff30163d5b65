using System.Text.Json;
using Orchestrator.Messages;
using Xunit;

namespace Orchestrator.Workflows.Tests.Messages;

/// <summary>The author of a command, by its signature and by its claim.</summary>
public sealed class CommandAuthorTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly ApprovalCommand Command = new("a", "looks good", "kim@laptop") { Shown = "0123" };

    private readonly TestSigner _kim = new("kim");
    private readonly TestSigner _mallory = new("mallory");

    private RunRules Required => new() { Approvers = [_kim.Key.ToString()], RequireProof = true };

    private RunRules Listed => Required with { RequireProof = false };

    private ApprovalCommand SignedByKim => _kim.Sign("run-1", MessageNames.Approve, Command, Now);

    public void Dispose()
    {
        _kim.Dispose();
        _mallory.Dispose();
    }

    [Fact]
    public void Signed_ByAnApprover_IsProvenAlsoAfterItsWayThroughTemporal()
    {
        var json = JsonSerializer.Serialize(SignedByKim, MessageJson.Options);
        var author = Of(JsonSerializer.Deserialize<ApprovalCommand>(json, MessageJson.Options));

        Assert.Equal(new CommandAuthor($"kim@laptop (proven by kim, {_kim.Key.Fingerprint})", IsProven: true), author);
    }

    [Fact]
    public void Signed_AmountThatIsWrittenOtherwise_IsProven()
    {
        var command = _kim.Sign("run-1", MessageNames.RaiseBudget, new RaiseBudgetCommand("run", 40.50m, By: "kim"), Now);
        var json = JsonSerializer.Serialize(command, MessageJson.Options);

        var read = JsonSerializer.Deserialize<RaiseBudgetCommand>(json, MessageJson.Options);

        Assert.True(CommandAuthor.Of("run-1", MessageNames.RaiseBudget, read, Required, Now) is { IsProven: true, Refusal: null });
    }

    /// <summary>A command altered after it was signed is refused, also by a run that accepts unsigned ones.</summary>
    [Fact]
    public void Signed_ThenAltered_IsRefused()
    {
        ApprovalCommand[] altered =
        [
            SignedByKim with
            {
                Id = "b",
            },
            SignedByKim with
            {
                Reason = "",
            },
            SignedByKim with
            {
                Shown = "4567",
            },
            SignedByKim with
            {
                Signature = SignedByKim.Signature! with { By = "lee@desktop" },
            },
            SignedByKim with
            {
                Signature = SignedByKim.Signature! with { At = Now.AddHours(1) },
            },
            SignedByKim with
            {
                Signature = SignedByKim.Signature! with { Value = Convert.ToBase64String(new byte[64]) },
            },
            SignedByKim with
            {
                Signature = SignedByKim.Signature! with { Value = "not base64" },
            },
            SignedByKim with
            {
                Signature = SignedByKim.Signature! with { Value = new string('A', 4000) },
            },
            _mallory.Sign("run-1", MessageNames.Approve, Command, Now) is var forged
                ? forged with
                {
                    Signature = forged.Signature! with { Key = _kim.Key.Fingerprint },
                }
                : null!,
        ];

        Assert.All(altered, command => Assert.Contains("The signature by kim does not belong to this 'approve'", Of(command).Refusal));
        Assert.All(altered, command => Assert.NotNull(Of(command, Listed).Refusal));
    }

    [Theory]
    [InlineData("run-2", MessageNames.Approve)]
    [InlineData("run-1", MessageNames.Reject)]
    public void Signed_ForAnotherRunOrCommand_IsRefused(string run, string name) =>
        Assert.NotNull(CommandAuthor.Of(run, name, SignedByKim, Listed, Now).Refusal);

    [Theory]
    [InlineData(0, false)]
    [InlineData(24 * 60, false)]
    [InlineData((24 * 60) + 1, true)]
    [InlineData(-5, false)]
    [InlineData(-6, true)]
    public void Signed_AtAnotherTime_IsRefusedOutsideOfItsLifetime(int minutes, bool isRefused)
    {
        var author = CommandAuthor.Of("run-1", MessageNames.Approve, SignedByKim, Required, Now.AddMinutes(minutes));

        Assert.Equal(isRefused, author.Refusal is not null);
        Assert.True(!isRefused || author.Refusal!.EndsWith("is valid for 24 hours, so send the command again.", StringComparison.Ordinal));
    }

    [Fact]
    public void Signed_WithAKeyThatIsNotListed_IsOnlyClaimed()
    {
        var command = _mallory.Sign("run-1", MessageNames.Approve, Command, Now);

        Assert.Equal(new CommandAuthor("kim@laptop (claimed)", IsProven: false), Of(command, Listed));
        Assert.Contains("accepts 'approve' only with the signature of an approver (require_proof)", Of(command).Refusal);
    }

    [Fact]
    public void Signed_ByOneOfTwoApprovers_IsProvenByThatOne()
    {
        var both = new RunRules { Approvers = [_kim.Key.ToString(), _mallory.Key.ToString()], RequireProof = true };

        Assert.Contains("(proven by mallory, ", Of(_mallory.Sign("run-1", MessageNames.Approve, Command, Now), both).By);
        Assert.Contains("(proven by kim, ", Of(SignedByKim, both).By);
    }

    [Theory]
    [InlineData("kim@laptop", "kim@laptop (claimed)")]
    [InlineData("", "a user (claimed)")]
    public void Unsigned_ToARunWithApprovers_IsClaimedAndRefusedIfProofIsRequired(string by, string recorded)
    {
        var command = Command with { By = by };

        Assert.Equal(new CommandAuthor(recorded, IsProven: false), Of(command, Listed));
        Assert.NotNull(Of(command).Refusal);
        Assert.NotNull(CommandAuthor.Of("run-1", MessageNames.Promote, null, Required, Now).Refusal);
        Assert.Null(CommandAuthor.Of("run-1", MessageNames.Cancel, null, Required, Now).Refusal);
        Assert.Null(CommandAuthor.Of("run-1", MessageNames.Pause, new TaskCommand("a"), Required, Now).Refusal);
    }

    [Theory]
    [InlineData("kim@laptop", "kim@laptop")]
    [InlineData("kim (Proven By kim, SHA256:x)", "kim (Proven By kim, SHA256:x) (claimed)")]
    public void Unsigned_ToARunWithoutApprovers_IsRecordedAsBeforeUnlessItImitatesAProof(string by, string recorded) =>
        Assert.Equal(new CommandAuthor(recorded, IsProven: false), Of(Command with { By = by }, new RunRules()));

    /// <summary>Clients of earlier and later versions know fewer and more members, which are empty then.</summary>
    [Fact]
    public void Content_OfACommand_HasItsMembersInOrderAndNoEmptyOnes() =>
        Assert.Equal(
            """{"arguments":{"id":"a","reason":"looks """
                + """good","shown":"0123"},"at":1767268800,"by":"kim@laptop","command":"approve","run":"run-1"}""",
            System.Text.Encoding.UTF8.GetString(SignedContent.Of("run-1", MessageNames.Approve, SignedByKim, "kim@laptop", Now))
        );

    private CommandAuthor Of(ApprovalCommand? command, RunRules? rules = null) =>
        CommandAuthor.Of("run-1", MessageNames.Approve, command, rules ?? Required, Now);
}
