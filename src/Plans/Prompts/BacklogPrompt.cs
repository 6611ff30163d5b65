namespace Orchestrator.Plans;

/// <summary>Creates prompts that ask a planner for backlog tasks, either from a document or as subtasks of a task.</summary>
public static class BacklogPrompt
{
    private const string Rules = """
        Make tasks for the backlog of this repository, for people and coding agents who will do them later, each on its own. Nothing is
        to be changed now. Where the outline is not enough, read what is in this folder first.

        - A task is worth doing by itself, can be tested, and takes an agent well under an hour. What belongs together stays together.
        - `dependencies` only where a task can't be begun before another one is done.
        - `details` hold what was decided or must be known; `testStrategy` says how one knows that it works.
        """;

    /// <summary>Creates the prompt for a document.</summary>
    /// <param name="input">Document, outline and conventions of the repository.</param>
    /// <param name="titles">Titles of existing tasks, which the planner must not repeat.</param>
    public static string OfDocument(PlannerPromptInput input, IReadOnlyList<string> titles)
    {
        var text = Begin(input);
        if (titles.Count > 0)
        {
            text.Append("\n# Tasks that are there already; do not repeat them\n\n");
            foreach (var title in titles)
            {
                text.Append("- ").Append(title).Append('\n');
            }
        }
        return text.Append("\n# Document\n\n").Append(input.Request.Trim()).Append('\n').ToString();
    }

    /// <summary>Creates the prompt for the subtasks of a task.</summary>
    /// <param name="input">Text of the task, outline and conventions of the repository.</param>
    /// <param name="research">True to tell the planner to inspect the repository thoroughly first.</param>
    public static string OfTask(PlannerPromptInput input, bool research) =>
        Begin(input)
            .Append(
                research
                    ? "\nFirst find out what there is: read the code that the task touches, and what it uses, and base the parts "
                        + "on what you found.\n"
                    : ""
            )
            .Append(
                "\n# Task to be divided into parts\n\nThe tasks that you give become its subtasks, in order; together they are "
                    + "the whole of it.\n\n"
            )
            .Append(input.Request.Trim())
            .Append('\n')
            .ToString();

    private static StringBuilder Begin(PlannerPromptInput input)
    {
        var text = new StringBuilder("You plan work in a software repository.\n\n").Append(Rules).Append('\n');
        if (input.Conventions.Trim().Length > 0)
        {
            text.Append("\n# Conventions of this repository\n\n").Append(input.Conventions.Trim()).Append('\n');
        }
        text.Append("\n# Files of this repository\n\n").Append(input.Outline.Length > 0 ? input.Outline : "It is empty.\n");
        return input.Schema is null
            ? text
            : text.Append("\n# Answer\n\nPrint one JSON object that fits this schema, and nothing else:\n\n")
                .Append(input.Schema.Trim())
                .Append('\n');
    }
}
