namespace Orchestrator.TestKit;

/// <summary>
/// Shell functions that make scripted agents commit, as real agents do by default. Put them at the start of the script. They commit when
/// the script ends, in one of the usual styles, and only in a task's worktree.
/// </summary>
public static class AgentCommits
{
    private static readonly string[] Styles = ["once", "once", "once", "never", "each", "amend", "branch"];

    // In a worktree .git is a file; in the user's checkout, where a planner may run, it is a folder. The trace of git must count only the
    // orchestrator's processes.
    /// <summary>Shell function <c>agent_commits STYLE</c>.</summary>
    public const string Functions = """
        agent_git() { env -u GIT_TRACE2_EVENT git -c user.name=Agent -c user.email=agent@localhost "$@" >/dev/null 2>&1; }
        agent_commit() { agent_git add -A && agent_git commit -m "Do $ORCHESTRATOR_TASK"; }
        agent_commits() {
          [ -f .git ] && [ -n "${ORCHESTRATOR_TASK-}" ] || return 0
          case $1 in
            once) agent_commit ;;
            each)
              git -c core.quotePath=false ls-files -mo --exclude-standard --deduplicate |
                while read -r file; do agent_git add -A -- "$file"; agent_git commit -m "$file"; done ;;
            amend) agent_commit && agent_git commit --amend --no-edit ;;
            branch) agent_git checkout -B "agent/$ORCHESTRATOR_TASK"; agent_commit ;;
          esac
        }

        """;

    /// <summary>Returns the lines of shell that make an agent commit.</summary>
    /// <param name="style"><c>once</c>, <c>each</c> (one commit per file), <c>amend</c>, <c>branch</c> (on a branch that the agent names),
    /// or <c>never</c>.</param>
    public static string Shell(string style = "once") => $"{Functions}trap 'agent_code=$?; agent_commits {style}; exit $agent_code' EXIT\n";

    /// <summary>Derives a style from a seed and a name, such as that of the task. The result is the same in every process.</summary>
    /// <param name="seed">Seed.</param>
    /// <param name="name">Name, or a whole script.</param>
    public static string Choose(int seed, string name) =>
        Styles[(int)(name.Aggregate((uint)seed, (sum, letter) => unchecked((sum * 31) + letter)) % (uint)Styles.Length)];
}
