/** A message in DingTalk's Markdown, in the Handlebars of NotificationTemplates. */
export interface MarkdownSource {
  readonly title: string;
  readonly text: string;
}

/** How the messages of a trigger begin: an icon, and the words after the name of the application or repository. */
export interface Headline {
  readonly icon: string;
  readonly words: string;
}
