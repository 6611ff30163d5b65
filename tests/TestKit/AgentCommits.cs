namespace Orchestrator.TestKit;

/// <summary>
/// Commits of agents that are shell scripts: what real agents do by default. Put at the beginning of the script; it commits when the script
/// ends, in one of the usual ways, in a task's worktree only.
/// </summary>
public static class AgentCommits
{
    private static readonly string[] Styles = ["once", "once", "once", "never", "each", "amend", "branch"];

    // In a worktree .git is a file; in the user's checkout, where a planner may run, it is a folder.
    // A trace of git counts the orchestrator's processes only.
    /// <summary>The shell function <c>agent_commits STYLE</c>.</summary>
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

    /// <summary>The lines of shell that make an agent commit.</summary>
    /// <param name="style"><c>once</c>, <c>each</c> (a commit per file), <c>amend</c>, <c>branch</c> (of its own name), or
    /// <c>never</c>.</param>
    public static string Shell(string style = "once") => $"{Functions}trap 'agent_code=$?; agent_commits {style}; exit $agent_code' EXIT\n";

    /// <summary>The style that follows from a seed and a name, such as the task's; the same in every process.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="name">The name, or a whole script.</param>
    public static string Choose(int seed, string name) =>
        Styles[(int)(name.Aggregate((uint)seed, (sum, letter) => unchecked((sum * 31) + letter)) % (uint)Styles.Length)];
}
