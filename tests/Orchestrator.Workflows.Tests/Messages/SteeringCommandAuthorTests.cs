using System.Text.Json;
using Orchestrator.Messages;
using Xunit;

namespace Orchestrator.Workflows.Tests.Messages;

/// <summary>The author of a command, by its signature and by its claim.</summary>
public sealed class SteeringCommandAuthorTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly ApprovalDecisionArguments Command = new("a", "looks good", "kim@laptop") { Shown = "0123" };

    private readonly TestSigner _kim = new("kim");
    private readonly TestSigner _mallory = new("mallory");

    private RunWorkflowSettings Required => new() { Approvers = [_kim.Key.ToString()], RequireProof = true };

    private RunWorkflowSettings Listed => Required with { RequireProof = false };

    private ApprovalDecisionArguments SignedByKim => _kim.Sign("run-1", SteeringCatalog.ApproveUpdate, Command, Now);

    public void Dispose()
    {
        _kim.Dispose();
        _mallory.Dispose();
    }

    [Fact]
    public void Signed_ByAnApprover_IsProvenAlsoAfterItsWayThroughTemporal()
    {
        var json = JsonSerializer.Serialize(SignedByKim, PayloadJsonOptions.Options);
        var author = Of(JsonSerializer.Deserialize<ApprovalDecisionArguments>(json, PayloadJsonOptions.Options));

        Assert.Equal(new SteeringCommandAuthor($"kim@laptop (proven by kim, {_kim.Key.Fingerprint})", IsProven: true), author);
    }

    [Fact]
    public void Signed_AmountThatIsWrittenOtherwise_IsProven()
    {
        var command = _kim.Sign("run-1", SteeringCatalog.RaiseBudgetUpdate, new RaiseBudgetArguments("run", 40.50m, By: "kim"), Now);
        var json = JsonSerializer.Serialize(command, PayloadJsonOptions.Options);

        var read = JsonSerializer.Deserialize<RaiseBudgetArguments>(json, PayloadJsonOptions.Options);

        Assert.True(
            SteeringCommandAuthor.Of("run-1", SteeringCatalog.RaiseBudgetUpdate, read, Required, Now) is { IsProven: true, Refusal: null }
        );
    }

    /// <summary>A command altered after it was signed is refused, also by a run that accepts unsigned ones.</summary>
    [Fact]
    public void Signed_ThenAltered_IsRefused()
    {
        ApprovalDecisionArguments[] altered =
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
            _mallory.Sign("run-1", SteeringCatalog.ApproveUpdate, Command, Now) is var forged
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
    [InlineData("run-2", SteeringCatalog.ApproveUpdate)]
    [InlineData("run-1", SteeringCatalog.RejectUpdate)]
    public void Signed_ForAnotherRunOrCommand_IsRefused(string run, string name) =>
        Assert.NotNull(SteeringCommandAuthor.Of(run, name, SignedByKim, Listed, Now).Refusal);

    [Theory]
    [InlineData(0, false)]
    [InlineData(24 * 60, false)]
    [InlineData((24 * 60) + 1, true)]
    [InlineData(-5, false)]
    [InlineData(-6, true)]
    public void Signed_AtAnotherTime_IsRefusedOutsideOfItsLifetime(int minutes, bool isRefused)
    {
        var author = SteeringCommandAuthor.Of("run-1", SteeringCatalog.ApproveUpdate, SignedByKim, Required, Now.AddMinutes(minutes));

        Assert.Equal(isRefused, author.Refusal is not null);
        Assert.True(!isRefused || author.Refusal!.EndsWith("is valid for 24 hours, so send the command again.", StringComparison.Ordinal));
    }

    [Fact]
    public void Signed_WithAKeyThatIsNotListed_IsOnlyClaimed()
    {
        var command = _mallory.Sign("run-1", SteeringCatalog.ApproveUpdate, Command, Now);

        Assert.Equal(new SteeringCommandAuthor("kim@laptop (claimed)", IsProven: false), Of(command, Listed));
        Assert.Contains("accepts 'approve' only with the signature of an approver (require_proof)", Of(command).Refusal);
    }

    [Fact]
    public void Signed_ByOneOfTwoApprovers_IsProvenByThatOne()
    {
        var both = new RunWorkflowSettings { Approvers = [_kim.Key.ToString(), _mallory.Key.ToString()], RequireProof = true };

        Assert.Contains("(proven by mallory, ", Of(_mallory.Sign("run-1", SteeringCatalog.ApproveUpdate, Command, Now), both).By);
        Assert.Contains("(proven by kim, ", Of(SignedByKim, both).By);
    }

    [Theory]
    [InlineData("kim@laptop", "kim@laptop (claimed)")]
    [InlineData("", "a user (claimed)")]
    public void Unsigned_ToARunWithApprovers_IsClaimedAndRefusedIfProofIsRequired(string by, string recorded)
    {
        var command = Command with { By = by };

        Assert.Equal(new SteeringCommandAuthor(recorded, IsProven: false), Of(command, Listed));
        Assert.NotNull(Of(command).Refusal);
        Assert.NotNull(SteeringCommandAuthor.Of("run-1", SteeringCatalog.PromoteUpdate, null, Required, Now).Refusal);
        Assert.Null(SteeringCommandAuthor.Of("run-1", WorkflowMessageNames.Cancel, null, Required, Now).Refusal);
        Assert.Null(SteeringCommandAuthor.Of("run-1", WorkflowMessageNames.Pause, new TaskSteeringArguments("a"), Required, Now).Refusal);
    }

    [Theory]
    [InlineData("kim@laptop", "kim@laptop")]
    [InlineData("kim (Proven By kim, SHA256:x)", "kim (Proven By kim, SHA256:x) (claimed)")]
    public void Unsigned_ToARunWithoutApprovers_IsRecordedAsBeforeUnlessItImitatesAProof(string by, string recorded) =>
        Assert.Equal(new SteeringCommandAuthor(recorded, IsProven: false), Of(Command with { By = by }, new RunWorkflowSettings()));

    /// <summary>Clients of earlier and later versions know fewer and more members, which are empty then.</summary>
    [Fact]
    public void Content_OfACommand_HasItsMembersInOrderAndNoEmptyOnes() =>
        Assert.Equal(
            """{"arguments":{"id":"a","reason":"looks """
                + """good","shown":"0123"},"at":1767268800,"by":"kim@laptop","command":"approve","run":"run-1"}""",
            System.Text.Encoding.UTF8.GetString(
                SignedCommandContentBuilder.Of("run-1", SteeringCatalog.ApproveUpdate, SignedByKim, "kim@laptop", Now)
            )
        );

    private SteeringCommandAuthor Of(ApprovalDecisionArguments? command, RunWorkflowSettings? rules = null) =>
        SteeringCommandAuthor.Of("run-1", SteeringCatalog.ApproveUpdate, command, rules ?? Required, Now);
}
