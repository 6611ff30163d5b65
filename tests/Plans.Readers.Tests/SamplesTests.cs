using Orchestrator.Plans.Readers.Formats;
using Xunit;

namespace Orchestrator.Plans.Readers.Tests;

public sealed class SamplesTests
{
    [Theory]
    [InlineData("login", "tasks.yaml", 3)]
    [InlineData("todo-app", "tasks.json", 3)]
    [InlineData("calculator", "docs/master-plan.md", 2)]
    public void Samples_Plan_HasNeitherFaultsNorConflicts(string folder, string file, int tasks)
    {
        var root = Path.Combine(ApprovedByUserReason.Folder("../../samples/plans"), folder);

        var result = PlanReader
            .Read(File.ReadAllBytes(Path.Combine(root, file)), file, other => File.ReadAllBytes(Path.Combine(root, other)))
            .WithConflicts();

        Assert.Empty(result.Faults);
        Assert.Equal(tasks, result.TaskCount);
    }

    [Theory]
    [InlineData("login", "tasks.yaml")]
    [InlineData("todo-app", "tasks.json")]
    public void Samples_TaskGraph_LeavesNothingToAdvise(string folder, string file) =>
        Assert.Empty(
            PlanReader
                .Read(File.ReadAllBytes(Path.Combine(ApprovedByUserReason.Folder("../../samples/plans"), folder, file)), file, _ => null)
                .WithAdvice()
                .Faults
        );
}
