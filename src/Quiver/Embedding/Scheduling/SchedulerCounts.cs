namespace Quiver.Embedding.Scheduling;

/// <summary>What a scheduler holds at one moment.</summary>
/// <param name="InteractiveTexts">Texts that wait in the interactive lane.</param>
/// <param name="InteractiveTokens">Their tokens.</param>
/// <param name="BulkTexts">Texts that wait in the bulk lane.</param>
/// <param name="BulkTokens">Their tokens.</param>
/// <param name="RunningTexts">Texts that are being computed and that somebody waits for, those in suspended units included.</param>
public readonly record struct SchedulerCounts(int InteractiveTexts, long InteractiveTokens, int BulkTexts, long BulkTokens, int RunningTexts);
