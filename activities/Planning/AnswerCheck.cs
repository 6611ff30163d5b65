using System.Text;
using Orchestrator.Contracts;
using Orchestrator.Plans;
using Orchestrator.Plans.Readers.TaskGraphs;

namespace Orchestrator.Activities.Planning;

/// <summary>Reads a planner's answer like any plan. What is right is stored; what is wrong is written down for the next round.</summary>
internal static class AnswerCheck
{
    /// <summary>More faults than these help nobody in one go.</summary>
    private const int MostFaults = 50;

    public static AnswerJudgement Judge(JudgeAnswerInput input)
    {
        var files = new PlanningFiles(input.Repository, input.RunId);
        var path = files.Answer(input.Start);
        var read = PlannerAnswer.Read(File.Exists(path) ? File.ReadAllText(path) : null, files.Request, PlannerTask.Id);
        if (read.Plan is { } plan)
        {
            DurableFile.Write(files.PlanPath, PlanJson.Write(plan));
            DurableFile.Write(files.PlanText, Encoding.UTF8.GetBytes(TaskGraphYaml.WriteShort(plan)));
            return new AnswerJudgement { Message = $"{plan.Tasks.Count} tasks" };
        }

        var faults = read.Errors.Take(MostFaults).Select(f => f.ToString()).ToList();
        DurableFile.Write(files.Problems(input.Start), Encoding.UTF8.GetBytes(string.Concat(faults.Select(f => $"- {f}\n"))));
        return new AnswerJudgement
        {
            Problems = [.. faults.Take(3), .. faults.Count > 3 ? [$"And {read.Errors.Count - 3} more."] : Array.Empty<string>()],
            ProblemsFile = files.Folder.Relative(files.Problems(input.Start)),
        };
    }
}
